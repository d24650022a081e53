/**
 * The append of an event: the token is asked whether it speaks for the portal, and then the event is stored. A full
 * object makes room first: old events go, and early ones where the log has a limit. Only an object that stays full
 * refuses the event, and says so.
 */
import { countErased, isErased, isKnownPortal } from '../../../core/access/installs/install.ts'
import { isFullError } from '../../../storage/database.ts'
import { asOf, type AppendAnswer, type AppendRequest } from '../../log/append-request.ts'
import { noteMissingUser } from '../../log/userless-event.ts'
import type { PartsOf, PortalParts } from '../../parts.ts'
import { makeRoom } from './tidy-log.ts'

/** The parts that decide whether an event may be stored. */
type AdmitParts = Pick<PortalParts, 'state' | 'trust' | 'robotAddress'>

/** The parts that hear of an event before it is stored. */
type NoteParts = Pick<PortalParts, 'trust' | 'subscriber' | 'reconciliation' | 'waker'>

/** The parts that store an event. */
type StoreParts = Pick<PortalParts, 'state' | 'appender' | 'space'> & PartsOf<typeof makeRoom>

/** The parts that an append concerns. They are nine, since an event is judged, noted and stored. */
type AppendParts = AdmitParts & NoteParts & StoreParts & Pick<PortalParts, 'reporter'>

/** Stores an event durably and in order, or says why not. Rejects when storage fails, unless it is full. */
export async function appendEvent(
  parts: AppendParts,
  request: AppendRequest,
): Promise<AppendAnswer> {
  const { state, trust, subscriber, robotAddress, reporter } = parts
  const { tokenHash, drained, receivedAt } = request
  if (drained && isErased(state.install(), receivedAt)) {
    state.changeInstall(countErased)
    return { kind: 'erased' }
  }
  const at = asOf(request)
  const isTrusted = trust.trusts(tokenHash, at) || (await trust.verify(tokenHash, at))
  if (!isTrusted) {
    return { kind: 'untrusted', ...(isKnownPortal(state.install()) && { isKnown: true }) }
  }
  if (!drained && !robotAddress.isWithinLimit(tokenHash)) return { kind: 'too_many_hints' }
  noteEvent(parts, request)
  const isOfApplication = trust.isApplicationToken(tokenHash)
  const toStore = subscriber.withoutFixedUser(isOfApplication ? noteMissingUser(request) : request)
  // In a full object no event goes, and none is refused, for the sake of a hint.
  const mayMakeRoom = !robotAddress.trusts(tokenHash, at)
  const answer = await store(parts, toStore, { mayMakeRoom })
  if (answer.kind === 'full') reporter.follow()
  return answer
}

/** Tells the parts that follow the events of the portal. */
function noteEvent(
  { trust, subscriber, reconciliation, waker }: NoteParts,
  { tokenHash, drained }: AppendRequest,
): void {
  // An event that came late, through the spill, may not be the only one of that time: others may have been lost.
  if (drained) {
    reconciliation.noteEvent()
    waker.wakeInTime()
  }
  if (trust.isApplicationToken(tokenHash)) subscriber.noteEvent()
}

/** Stores an event. Where nothing may go for it, a full object refuses it, and still seeks room for the next one. */
async function store(
  parts: StoreParts,
  request: AppendRequest,
  { mayMakeRoom }: { readonly mayMakeRoom: boolean },
): Promise<AppendAnswer> {
  const { state, appender, space } = parts
  const append = (): Promise<AppendAnswer> => appender.append(request)
  const first = await unlessFull(append)
  if (first !== null) {
    space.foundRoom()
    if (state.isFull()) noteFull(parts, false)
    return first
  }
  if (!mayMakeRoom) return { kind: 'full' }
  await space.seekRoom(async () => {
    await unlessFull(() => makeRoom(parts))
  })
  const second = await unlessFull(append)
  noteFull(parts, second === null)
  if (second === null) return { kind: 'full' }
  space.foundRoom()
  return second
}

/** The operator's log tells the change, and not each refused event. */
function noteFull({ state, space }: Pick<StoreParts, 'state' | 'space'>, isFull: boolean): void {
  if (state.noteFull(isFull)) space.tellFull({ isFull })
}

/** Null when storage has refused a write because it is full. */
async function unlessFull<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work()
  } catch (error) {
    if (!isFullError(error)) throw error
    return null
  }
}
