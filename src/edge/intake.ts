/**
 * The intake: the way of a decoded request through the edge. For an event it is short: find out who calls,
 * hand the event to the portal's object, and take the spill when the object does not answer. The route passes
 * the whole work to `waitUntil`, so a caller that hangs up loses nothing (docs/cloudflare.md, "Gates").
 */
import { HINT_EVENT } from '../bitrix24/wire/decode-hint.ts'
import type {
  EventRequest,
  IncomingRequest,
  NoticeRequest,
  UninstallRequest,
} from '../bitrix24/wire/request.ts'
import { untraced } from '../core/in-span.ts'
import { canonicalEvent } from '../core/log/canonical-event.ts'
import { sha256Hex } from '../core/safety/sha256.ts'
import type { AppendRequest } from '../portal/log/append-request.ts'
import { readTrust } from './callers/caller-trust.ts'
import { endQuestion, findCaller, type Caller, type CallSource } from './callers/callers.ts'
import { chargeCaller, limitConfiguredToken } from './callers/limits.ts'
import {
  ACCEPTED,
  NOT_STORED,
  PORTAL_FULL,
  TOO_MANY_HINTS,
  refuse,
  type IntakeAnswer,
  type IntakeErrorCode,
} from './intake-answer.ts'
import type { IntakeDeps } from './intake-deps.ts'
import type { PortalClient } from './portal-client.ts'
import { takeInstall } from './installs/take-install.ts'
import { takeUninstall } from './installs/take-uninstall.ts'
import { recogniseCaller } from './recognise-caller.ts'
import { spillRequest } from './spill/spill.ts'
import { logUnreachable, tryTwice } from './two-tries.ts'

/** Takes one request, and counts its answer; never rejects. */
export async function takeRequest(
  deps: IntakeDeps,
  request: IncomingRequest,
  source: CallSource,
): Promise<IntakeAnswer> {
  const { world, callers } = deps
  const { inSpan = untraced } = world
  return inSpan('relay.intake', async (note) => {
    const since = world.now()
    const answer = await take(deps, request, source)
    callers.memory.counts.noteAnswer(answer, world.now() - since)
    const outcome = answer.kind === 'refused' ? answer.code : answer.kind
    note({ 'relay.request': request.kind, 'relay.outcome': outcome })
    return answer
  })
}

async function take(
  deps: IntakeDeps,
  request: IncomingRequest,
  source: CallSource,
): Promise<IntakeAnswer> {
  if (request.kind === 'install') return takeInstall(deps, request, source)
  const receivedAt = deps.world.now()
  const found = await findCaller(deps, request, source)
  if (!found.ok) {
    return found.error === 'not_stored' ? NOT_STORED : refuse(found.error, deps.config)
  }
  const caller = found.value
  try {
    const answer = await takeFromCaller(deps, caller, { request, receivedAt, source })
    const isCallersFault = answer.kind === 'refused' && !OWN_FAULTS.has(answer.code)
    if (!isCallersFault) return answer
    limitConfiguredToken(deps, request.applicationToken)
    const { memberId } = caller
    const spent = await chargeCaller(deps, { memberId, address: source.address })
    return spent === null ? answer : refuse('too_many_requests', deps.config)
  } finally {
    if (!caller.isTrusted) endQuestion(deps, caller, source)
  }
}

/** The errors for which no caller is to blame. */
const OWN_FAULTS: ReadonlySet<IntakeErrorCode> = new Set([
  'not_stored',
  'portal_full',
  'too_many_hints',
])

async function takeFromCaller(
  deps: IntakeDeps,
  caller: Caller,
  {
    request,
    receivedAt,
    source,
  }: {
    request: EventRequest | UninstallRequest | NoticeRequest
    receivedAt: number
    source: CallSource
  },
): Promise<IntakeAnswer> {
  switch (request.kind) {
    case 'event':
      return takeEvent(deps, caller, { request, receivedAt, source })
    case 'uninstall':
      return takeUninstall(deps, caller, { request, receivedAt })
    case 'notice':
      // A notice is not stored, so its answer tells only whether its caller is known.
      return recogniseCaller(deps, caller)
  }
}

/**
 * Hands an event to the portal's object, which decides about trust and stores it durably before it answers.
 */
async function takeEvent(
  deps: IntakeDeps,
  caller: Caller,
  {
    request,
    receivedAt,
    source,
  }: { request: EventRequest; receivedAt: number; source: CallSource },
): Promise<IntakeAnswer> {
  const { applicationToken: token } = request
  const { world } = deps
  const { memberId, tokenHash } = caller
  // KV is read only for a caller whom neither memory nor the configuration knows.
  const knowsCaller = async () =>
    caller.isTrusted ||
    (await readTrust(deps, { memberId, tokenHash, token }, source.address)) === 'trusted'
  // A long body costs time. So it is decoded only for a caller whom the edge knows, from KV as well, or whom his
  // portal's object knows.
  if (request.isCostly && !(await knowsCaller())) {
    const recognised = await recogniseCaller(deps, caller)
    if (recognised !== ACCEPTED) return recognised
  }
  const event = request.decode()
  const append: AppendRequest = {
    receivedAt,
    receipt: world.newReceipt(),
    digest: await sha256Hex(canonicalEvent(event)),
    tokenHash,
    event: JSON.stringify(event),
    quarantined: event.quarantined !== null,
    drained: false,
  }
  const { counts } = deps.callers.memory
  const edgeTally = counts.take()
  const counted = edgeTally === undefined ? append : { ...append, edge: edgeTally }
  const isHint = event.name === HINT_EVENT
  const answer = await storeEvent(deps, caller, { append: counted, isHint, knowsCaller })
  const isNew = answer.kind === 'stored' ? !answer.duplicate : answer.kind === 'spilled'
  if (!isNew) counts.giveBack(edgeTally)
  return answer
}

/** Stores an event in the portal's object, or in the spill. */
async function storeEvent(
  deps: IntakeDeps,
  caller: Caller,
  {
    append,
    isHint,
    knowsCaller,
  }: {
    readonly append: AppendRequest
    readonly isHint: boolean
    /** Whether the edge, or KV, knows that the token is trusted. */
    readonly knowsCaller: () => Promise<boolean>
  },
): Promise<IntakeAnswer> {
  const { clientOf, appends, world } = deps
  const { memberId } = caller
  const newClient = (): PortalClient => clientOf(memberId)
  const appendAlone = () => newClient().append(append)
  const appendFirst = caller.isTrusted
    ? () => appends.append({ memberId, request: append, newClient }, world)
    : appendAlone
  const tried = await tryTwice(appendFirst, world.now, appendAlone)
  if (!tried.ok) {
    logUnreachable(world, memberId, tried.error.error)
    const { receivedAt, receipt } = append
    const spilled = { kind: 'append', request: append } as const
    const isTrusted = await knowsCaller()
    if (isTrusted && isHint && !deps.spill.isHintWithinLimit(memberId)) return TOO_MANY_HINTS
    return spillRequest(deps, { memberId, isTrusted }, { receivedAt, receipt, spilled })
  }
  const answer = tried.value
  // The object stores the event of a trusted caller only, so every answer but these two shows that it trusts the
  // caller.
  const trusted = answer.kind !== 'untrusted' && answer.kind !== 'erased'
  const { memory } = deps.callers
  memory.remember(caller, { trusted, now: world.now() })
  if (answer.kind === 'untrusted' && answer.isKnown === true) memory.noteKnown(memberId)
  if (answer.kind === 'full') return PORTAL_FULL
  if (answer.kind === 'too_many_hints') return TOO_MANY_HINTS
  return answer.kind === 'stored' ? answer : refuse('untrusted', deps.config)
}
