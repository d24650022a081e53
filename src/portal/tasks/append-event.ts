/**
 * The append of an event, also into a full object: old events go first, and early ones where the log has a limit. Only
 * an object that stays full refuses the event, and says so.
 */
import { isFullError } from '../../storage/database.ts'
import type { AppendAnswer } from '../log/append-request.ts'
import type { PortalParts } from '../parts.ts'

/** The parts that an append into a full object concerns. */
type StoreParts = Pick<PortalParts, 'memberId' | 'space' | 'state' | 'world'>

/**
 * Stores an event by `append`; `makeRoom` drops what may go. With null nothing goes for this event: a full object
 * refuses it, and still seeks room for the next one. Rejects when storage fails otherwise.
 */
export async function storeEvent(
  parts: StoreParts,
  append: () => Promise<AppendAnswer>,
  makeRoom: (() => Promise<void>) | null,
): Promise<AppendAnswer> {
  const { space, state } = parts
  const first = await unlessFull(append)
  if (first !== null) {
    space.foundRoom()
    if (state.isFull()) noteFull(parts, false)
    return first
  }
  if (makeRoom === null) return { kind: 'full' }
  await space.seekRoom(async () => {
    await unlessFull(makeRoom)
  })
  const second = await unlessFull(append)
  noteFull(parts, second === null)
  if (second === null) return { kind: 'full' }
  space.foundRoom()
  return second
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

/** The operator hears of the change, and not of each event that is refused. */
function noteFull({ memberId, state, world }: StoreParts, isFull: boolean): void {
  if (!state.noteFull(isFull)) return
  if (isFull) world.log('error', 'portal_full', { memberId })
  else world.log('info', 'portal_has_room', { memberId })
}
