/**
 * Takes what Bitrix24 sends, once decoded: trust, store, spill. The answer is a value; the route turns it
 * into HTTP. Runs under `waitUntil` as well, so that a caller that hangs up loses nothing.
 */
import type {
  EventRequest,
  IncomingRequest,
  InstallRequest,
  NoticeRequest,
  UninstallRequest,
} from '../bitrix24/wire/request.ts'
import { canonicalEvent } from '../core/log/canonical-event.ts'
import type { InstallStatus } from '../core/access/portal-status.ts'
import { describeError } from '../core/safety/redact.ts'
import { sha256Hex } from '../core/safety/sha256.ts'
import type { LogFields } from '../log.ts'
import type { AppendRequest } from '../portal/log/appender.ts'
import type { PortalLookup } from './portal-client.ts'
import { drainSpill, encodeSpilled, type Spilled } from './spill.ts'
import type { Sealer } from '../storage/seal.ts'
import type { SpillStore } from '../storage/spill-store.ts'
import { hashToken } from '../storage/token-hash.ts'
import { recallCaller, type EdgeTrustDeps } from './callers.ts'
import { STORE_BUDGET_MS, tryTwice, withTimeout } from './two-tries.ts'

/** How long the caller waits for an installation: OAuth server and portal are asked meanwhile. */
export const INSTALL_BUDGET_MS = 20_000

/** What became of a request. */
export type IntakeAnswer =
  | {
      readonly kind: 'stored'
      readonly sequence: number
      readonly duplicate: boolean
      readonly quarantined: boolean
    }
  | { readonly kind: 'spilled' }
  | {
      readonly kind: 'accepted'
      readonly domain: string | null
      readonly finished: boolean
      /** Null for whoever may not see it, and where there is none. */
      readonly status: InstallStatus | null
    }
  | { readonly kind: 'pending'; readonly domain: string | null }
  | {
      readonly kind: 'refused'
      readonly code: 'untrusted' | 'too_many_requests' | 'not_stored' | 'misconfigured'
      /** Only where an installation was refused for a reason that helps its user. */
      readonly reason?: RefusalReason
    }

/**
 * Reasons that the page may tell: Bitrix24 said each of them of the caller's own token, so none says more
 * of a portal than its user knows.
 */
export type RefusalReason =
  | 'not_administrator'
  | 'another_application'
  | 'token_expired'
  | 'suspended'
  | 'no_rights'

type Refused = Extract<IntakeAnswer, { kind: 'refused' }>

/** What the intake needs from the composition root. */
export interface IntakeDeps extends EdgeTrustDeps {
  readonly portals: PortalLookup
  readonly spills: SpillStore
  readonly sealer: Sealer
  /** False when no portal could be verified by anything that is configured. */
  readonly canVerify: boolean
  /** The configured origin of the relay; null takes the one that was called. */
  readonly publicUrl: string | null
  /** True in development: the handler may be called by http. */
  readonly allowHttp: boolean
  /** Counts a caller that could not prove itself; false when it is one too many. */
  readonly isUntrustedWithinLimit: (key: string) => Promise<boolean>
  /** The same for a source address as a whole, with a wide limit. */
  readonly isAddressWithinLimit: (address: string) => Promise<boolean>
  readonly newReceipt: () => string
  readonly log: (level: 'info' | 'warn' | 'error', event: string, fields?: LogFields) => void
}

/** Where a request came from, and by which address it reached the relay. */
export interface CallSource {
  /** The address of the caller, under which the rate limit counts. */
  readonly address: string
  /** The relay's own address as it was called, for example `https://relay.example.com`. */
  readonly calledUrl: string
}

/** Takes one request. Never rejects. */
export async function takeRequest(
  deps: IntakeDeps,
  request: IncomingRequest,
  source: CallSource,
): Promise<IntakeAnswer> {
  switch (request.kind) {
    case 'event':
      return takeEvent(deps, request, source)
    case 'install':
      return takeInstall(deps, request, source)
    case 'uninstall':
      return takeUninstall(deps, request, source)
    case 'notice':
      return takeNotice(deps, request, source)
  }
}

interface Caller {
  readonly memberId: string
  readonly tokenHash: string
  readonly isTrusted: boolean
}

/** Work for a caller who may be asked about; answers what became of it. */
type CallerWork = (caller: Caller) => Promise<IntakeAnswer>

/** Finds out who calls, as far as the edge can; a caller who is one too many goes no further. */
async function withCaller(
  deps: IntakeDeps,
  {
    request,
    source,
  }: { request: { memberId: string; applicationToken: string }; source: CallSource },
  work: CallerWork,
): Promise<IntakeAnswer> {
  const { memberId, applicationToken } = request
  const tokenHash = await hashToken(memberId, applicationToken)
  const trust = await recallCaller(deps, { memberId, token: applicationToken, tokenHash })
  if (trust === 'refused') return untrusted(deps)
  if (trust === 'trusted') return work({ memberId, tokenHash, isTrusted: true })
  const isFirst = deps.memory.beginAsking(memberId, tokenHash)
  try {
    if (isFirst && !(await isWithinLimit(deps, memberId, source))) return TOO_MANY
    return await work({ memberId, tokenHash, isTrusted: false })
  } finally {
    deps.memory.endAsking(memberId, tokenHash)
  }
}

/**
 * Bitrix24 calls from a few addresses that all portals share, so an address alone must not be locked out
 * soon: the key holds the portal as well. A caller who invents a portal for each request meets the wide
 * limit of his address.
 */
async function isWithinLimit(
  deps: IntakeDeps,
  memberId: string,
  source: CallSource,
): Promise<boolean> {
  try {
    const isWithin = await deps.isUntrustedWithinLimit(`${source.address}|${memberId}`)
    return isWithin && (await deps.isAddressWithinLimit(source.address))
  } catch (error) {
    // A limiter that does not answer must not cost an event: the object still decides.
    deps.log('warn', 'rate_limit_failed', { memberId, error: describeError(error) })
    return true
  }
}

/** When and as what a request came in. */
interface Arrived {
  readonly receivedAt: number
  readonly receipt: string
}

async function takeEvent(
  deps: IntakeDeps,
  request: EventRequest,
  source: CallSource,
): Promise<IntakeAnswer> {
  const arrived = { receivedAt: deps.now(), receipt: deps.newReceipt() }
  return withCaller(deps, { request, source }, (caller) =>
    storeEvent(deps, { caller, request, arrived }),
  )
}

async function storeEvent(
  deps: IntakeDeps,
  { caller, request, arrived }: { caller: Caller; request: EventRequest; arrived: Arrived },
): Promise<IntakeAnswer> {
  const { memberId, tokenHash } = caller
  const { event } = request
  const append: AppendRequest = {
    ...arrived,
    digest: await sha256Hex(canonicalEvent(event)),
    tokenHash,
    event: JSON.stringify(event),
    quarantined: event.quarantined !== null,
    drained: false,
  }
  const stored = await tryTwice(() => deps.portals(memberId).append(append), deps.now)
  if (!stored.ok) {
    deps.log('warn', 'portal_unreachable', { memberId, error: describeError(stored.error.error) })
    return spill(deps, caller, { ...arrived, spilled: { kind: 'append', request: append } })
  }
  const trusted = stored.value.kind === 'stored'
  deps.memory.remember(memberId, tokenHash, { trusted, now: deps.now() })
  return stored.value.kind === 'stored' ? stored.value : untrusted(deps)
}

async function takeInstall(
  deps: IntakeDeps,
  presented: InstallRequest,
  source: CallSource,
): Promise<IntakeAnswer> {
  const { memberId } = presented
  const called = deps.allowHttp ? source.calledUrl : secureUrl(source.calledUrl)
  const handlerUrl = `${deps.publicUrl ?? called}/bitrix24/events`
  const request: InstallRequest = { ...presented, handlerUrl }
  const isProven = await isProvenInstall(deps, presented)
  if (!isProven && !(await isWithinLimit(deps, memberId, source))) return TOO_MANY
  const receivedAt = deps.now()
  const receipt = deps.newReceipt()
  try {
    const answer = await withTimeout(deps.portals(memberId).install(request), INSTALL_BUDGET_MS)
    deps.memory.forget(memberId)
    switch (answer.kind) {
      case 'installed':
        return acceptedInstall(answer)
      case 'pending':
        return { kind: 'pending', domain: answer.domain }
      case 'refused':
        return { ...untrusted(deps), ...reasonOf(answer.reason) }
    }
  } catch (error) {
    deps.log('warn', 'portal_unreachable', { memberId, error: describeError(error) })
    const spilled: Spilled = { kind: 'install', request }
    return spill(deps, { memberId, isTrusted: true }, { receivedAt, receipt, spilled })
  }
}

function acceptedInstall(answer: {
  readonly domain: string
  readonly finished: boolean
  readonly status?: InstallStatus | null
}): IntakeAnswer {
  const { domain, finished, status = null } = answer
  return { kind: 'accepted', domain, finished, status }
}

function reasonOf(reason: string): { readonly reason?: RefusalReason } {
  switch (reason) {
    case 'not_administrator':
    case 'another_application':
    case 'token_expired':
    case 'suspended':
    case 'no_rights':
      return { reason }
    default:
      return {}
  }
}

/** Events carry tokens, so Bitrix24 is never told a handler in clear text. */
function secureUrl(url: string): string {
  return url.replace(/^http:/u, 'https:')
}

/** Whether the edge knows the application token already: an update, or a visit of the page. */
async function isProvenInstall(
  deps: IntakeDeps,
  { memberId, applicationToken: token }: InstallRequest,
): Promise<boolean> {
  if (token === null) return false
  const tokenHash = await hashToken(memberId, token)
  return (await recallCaller(deps, { memberId, token, tokenHash })) === 'trusted'
}

async function takeUninstall(
  deps: IntakeDeps,
  request: UninstallRequest,
  source: CallSource,
): Promise<IntakeAnswer> {
  const arrived = { receivedAt: deps.now(), receipt: deps.newReceipt() }
  return withCaller(deps, { request, source }, (caller) =>
    endInstall(deps, { caller, request, arrived }),
  )
}

async function endInstall(
  deps: IntakeDeps,
  { caller, request, arrived }: { caller: Caller; request: UninstallRequest; arrived: Arrived },
): Promise<IntakeAnswer> {
  const { memberId, tokenHash } = caller
  // What was acknowledged through the spill belongs into the log before the tokens go.
  if (caller.isTrusted) await drainPortal(deps, memberId)
  // The time is fixed here: a drained copy must not be taken for an uninstall of later.
  const ts = request.ts ?? Math.floor(arrived.receivedAt / 1000)
  const call = { tokenHash, ts, clean: request.clean }
  const done = await tryTwice(() => deps.portals(memberId).uninstall(call), deps.now)
  if (!done.ok) {
    deps.log('warn', 'portal_unreachable', { memberId, error: describeError(done.error.error) })
    return spill(deps, caller, { ...arrived, spilled: { kind: 'uninstall', call } })
  }
  deps.memory.forget(memberId)
  return done.value.kind === 'accepted' ? ACCEPTED : untrusted(deps)
}

/** Within the time of a store: an object that hangs must not hold the uninstall itself back. */
async function drainPortal(deps: IntakeDeps, memberId: string): Promise<void> {
  try {
    await withTimeout(drainSpill(deps, memberId), STORE_BUDGET_MS)
  } catch (error) {
    deps.log('warn', 'spill_kept', { memberId, error: describeError(error) })
  }
}

async function takeNotice(
  deps: IntakeDeps,
  request: NoticeRequest,
  source: CallSource,
): Promise<IntakeAnswer> {
  return withCaller(deps, { request, source }, async ({ memberId, tokenHash, isTrusted }) => {
    if (isTrusted) return ACCEPTED
    const known = await tryTwice(() => deps.portals(memberId).recognises(tokenHash), deps.now)
    if (!known.ok) return NOT_STORED
    deps.memory.remember(memberId, tokenHash, { trusted: known.value, now: deps.now() })
    return known.value ? ACCEPTED : untrusted(deps)
  })
}

/** Only what the edge itself could verify, or a lifecycle request behind the rate limit, is spilled. */
async function spill(
  deps: IntakeDeps,
  caller: { memberId: string; isTrusted: boolean },
  entry: { receivedAt: number; receipt: string; spilled: Spilled },
): Promise<IntakeAnswer> {
  if (!caller.isTrusted) return NOT_STORED
  const { memberId } = caller
  const { receivedAt, receipt, spilled } = entry
  try {
    const encoded = await encodeSpilled(spilled, memberId, deps.sealer)
    if (!encoded.ok) return NOT_STORED
    await deps.spills.save({ memberId, receivedAt, receipt }, encoded.value)
    return { kind: 'spilled' }
  } catch (error) {
    deps.log('error', 'spill_failed', { memberId, error: describeError(error) })
    return NOT_STORED
  }
}

const ACCEPTED: IntakeAnswer = { kind: 'accepted', domain: null, finished: true, status: null }
const TOO_MANY: IntakeAnswer = { kind: 'refused', code: 'too_many_requests' }
const NOT_STORED: IntakeAnswer = { kind: 'refused', code: 'not_stored' }

/** A refusal while nothing is configured is the operator's fault, and says so. */
function untrusted(deps: Pick<IntakeDeps, 'canVerify'>): Refused {
  return { kind: 'refused', code: deps.canVerify ? 'untrusted' : 'misconfigured' }
}
