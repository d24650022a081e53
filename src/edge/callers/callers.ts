/**
 * Finds out who calls. The edge looks into its memory, into the configuration and into KV, in this order. When
 * none of them knows the token, the portal's object is asked; and the object compares every token again. So
 * the edge's own knowledge decides two things only: whether a caller with too many refusals is let through,
 * and whether a request may be spilled when the object is silent. For an event KV is read only when one of the two is
 * to be decided: the object asks nobody, and each read is billed. A caller is charged only for what the object has
 * refused.
 */
import { trustsToken } from '../../core/access/token-hashes.ts'
import { webhookRule, type OutgoingWebhook } from '../../core/access/outgoing-webhook.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { equalInConstantTime } from '../../core/safety/constant-time.ts'
import { describeError } from '../../core/safety/redact.ts'
import { hashToken } from '../../storage/token-hash.ts'
import { addressKeys } from './address-keys.ts'
import type { CallerToken, CallerTrust } from './caller-memory.ts'
import type { IntakeDeps } from '../intake-deps.ts'

/** Where a request came from, and by which address it reached the relay. */
export interface CallSource {
  /** The address of the caller, under which the rate limit counts. */
  readonly address: string
  /** The relay's own address as it was called, for example `https://relay.example.com`. */
  readonly calledUrl: string
}

/** A caller that the portal's object may be asked about. */
export interface Caller extends CallerToken {
  /** Whether the edge knows the token. If not, the object is being asked about it now. */
  readonly isTrusted: boolean
}

/**
 * Why a caller is not let through. `not_stored`: the object has not answered others who asked before, so
 * nobody can tell.
 */
export type CallerRefusal = 'untrusted' | 'too_many_requests' | 'not_stored'

/** The part of a request by which its caller is found. */
export interface CallerClaim {
  readonly kind: 'event' | 'uninstall' | 'notice'
  readonly memberId: string
  readonly applicationToken: string
}

/**
 * Finds out who calls. A token that the object refused a moment ago is refused again. About an unknown one a
 * question to the object begins, and the caller of this function ends it by `endQuestion`. About an event of a caller
 * within the limits the object is asked at once, as long as few such questions are open; KV is read for the others.
 *
 * For example, 20 requests with one wrong token come at once. Eight of them ask the object. The other twelve
 * wait for its answer, find the refusal in the memory, and are charged for it without a question of their own.
 */
export async function findCaller(
  deps: IntakeDeps,
  { kind, memberId, applicationToken: token }: CallerClaim,
  source: CallSource,
): Promise<Result<Caller, CallerRefusal>> {
  const { memory } = deps.callers
  const caller: CallerToken = { memberId, tokenHash: await hashToken(memberId, token) }
  const line = lineOf(memberId, source)
  const atHand = recallAtHand(deps, { ...caller, token })
  const isWithin = atHand === 'unknown' && !isOverLimit(deps, memberId, source)
  if (kind === 'event' && isWithin && memory.questions.begin(line)) {
    return ok({ ...caller, isTrusted: false })
  }
  const trust = await recallCaller(deps, { ...caller, token }, source)
  if (trust === 'refused') return err('untrusted')
  if (trust === 'trusted') return ok({ ...caller, isTrusted: true })
  if (trust === 'over_limit') return err('too_many_requests')
  while (!memory.questions.begin(line)) {
    if (!(await memory.questions.answered(line))) return err('not_stored')
    const learned = memory.recall(caller, deps.world.now())
    if (learned === 'trusted') return ok({ ...caller, isTrusted: true })
    if (learned === 'refused') {
      const isCharged = await chargeCaller(deps, memberId, source)
      return err(isCharged ? 'untrusted' : 'too_many_requests')
    }
    if (isConfiguredToken(deps, token)) continue
    if (isLineExhausted(deps, memberId, source)) return err('too_many_requests')
  }
  return ok({ ...caller, isTrusted: false })
}

/** Whether the edge knows a caller whom the object has not answered. KV is read where nothing at hand knows him. */
export async function isKnownCaller(
  deps: Pick<IntakeDeps, 'callers' | 'world'>,
  caller: Caller & { readonly token: string },
  source: CallSource,
): Promise<boolean> {
  return caller.isTrusted || (await recallCaller(deps, caller, source)) === 'trusted'
}

/** Notes that the object has answered, or has not answered in time, the question about a caller. */
export function endQuestion(
  { callers }: IntakeDeps,
  { memberId }: Caller,
  source: CallSource,
): void {
  callers.memory.questions.end(lineOf(memberId, source))
}

/**
 * Recalls the edge's knowledge of a token. When KV fails, the token counts as unknown, whatever else is used
 * up: a known portal must not pay for the outage. `over_limit`: neither the configuration nor KV knows the
 * token, and its sender has had too many refusals. For such a sender KV is not read any more, only the record
 * of the last read counts. A token that is configured by a domain is not known to speak for this portal; but
 * its first event must not be lost because a stranger floods the relay from the same address.
 */
export async function recallCaller(
  { callers, world }: Pick<IntakeDeps, 'callers' | 'world'>,
  caller: CallerToken & { readonly token: string },
  source: CallSource,
): Promise<CallerTrust | 'over_limit'> {
  const { memory, installs } = callers
  const { memberId, tokenHash, token } = caller
  const now = world.now()
  const atHand = recallAtHand({ callers, world }, caller)
  if (atHand !== 'unknown') return atHand
  const isConfigured = isConfiguredToken({ callers, world }, token)
  const record = memory.recallRecord(memberId)
  if (record !== null && isLineExhausted({ callers, world }, memberId, source)) {
    if (trustsToken({ hashes: record }, tokenHash, now)) return 'trusted'
    return isConfigured ? 'unknown' : 'over_limit'
  }
  try {
    const hashes = (await installs.load(memberId))?.hashes ?? []
    memory.rememberRecord(memberId, hashes)
    if (trustsToken({ hashes }, tokenHash, now)) return 'trusted'
  } catch {
    // KV does not answer: the portal's object will be asked.
    return 'unknown'
  }
  if (isConfigured) return 'unknown'
  return isOverLimit({ callers, world }, memberId, source) ? 'over_limit' : 'unknown'
}

/** What memory and the configuration know of a token. */
function recallAtHand(
  { callers, world }: Pick<IntakeDeps, 'callers' | 'world'>,
  caller: CallerToken & { readonly token: string },
): CallerTrust {
  const { memory, webhooks } = callers
  const { memberId, token } = caller
  const remembered = memory.recall(caller, world.now())
  if (remembered !== 'unknown') return remembered
  const named = webhooks.filter((webhook) => isNamed(webhook, memberId))
  return named.some((webhook) => equalInConstantTime(webhook.token, token)) ? 'trusted' : 'unknown'
}

/** Whether a limit of the caller is used up, that of its address and the portal or that of the address alone. */
function isOverLimit(
  { callers, world }: Pick<IntakeDeps, 'callers' | 'world'>,
  memberId: string,
  source: CallSource,
): boolean {
  const now = world.now()
  const keys = [...lineKeys(memberId, source), ...addressKeys(source.address)]
  return keys.some((key) => callers.memory.isExhausted(key, now))
}

/**
 * Whether the configuration holds a token, for whatever portal, and no object has refused it a moment ago. Its
 * holder could otherwise ask without limit in the name of portals that he invents.
 */
function isConfiguredToken(
  { callers, world }: Pick<IntakeDeps, 'callers' | 'world'>,
  token: string,
): boolean {
  const { memory, webhooks } = callers
  const key = keyOfConfigured(webhooks, token)
  return key !== null && !memory.isExhausted(key, world.now())
}

/** Notes that an object has refused a token: if it is a configured one, it is limited like any other now. */
export function limitConfiguredToken({ callers, world }: IntakeDeps, token: string): void {
  const key = keyOfConfigured(callers.webhooks, token)
  if (key !== null) callers.memory.exhaust(key, world.now())
}

function keyOfConfigured(webhooks: readonly OutgoingWebhook[], token: string): string | null {
  const place = webhooks.findIndex((webhook) => equalInConstantTime(webhook.token, token))
  return place < 0 ? null : `webhook ${place}`
}

function isNamed(webhook: OutgoingWebhook, memberId: string): boolean {
  return webhookRule(webhook.portal) === 'member' && webhook.portal === memberId
}

/**
 * Charges a caller for a request that could not be trusted; false when this was one too many. All portals call
 * from the few addresses of Bitrix24's queue servers (docs/bitrix24.md, "Queue servers"), so the first limit
 * counts by address and portal: a flood in the name of one portal locks out no other. A caller who invents a
 * portal for each request meets the wider limit of the address. An IPv6 caller may own a whole /48, which
 * counts beside its /64.
 */
export async function chargeCaller(
  deps: Pick<IntakeDeps, 'callers' | 'limits' | 'world'>,
  memberId: string,
  source: CallSource,
): Promise<boolean> {
  return (await chargeLimits(deps, memberId, source)) === 'within'
}

/** The same, with the limit that is used up: that of the address and the portal, or that of the address alone. */
export async function chargeLimits(
  { callers, limits, world }: Pick<IntakeDeps, 'callers' | 'limits' | 'world'>,
  memberId: string,
  source: CallSource,
): Promise<'within' | 'portal' | 'address'> {
  const { isUntrustedWithinLimit, isAddressWithinLimit } = limits
  const isWithin = async (keys: readonly string[], count: (key: string) => Promise<boolean>) => {
    const answers = await Promise.all(keys.map(count))
    for (const [index, key] of keys.entries()) {
      if (answers[index] === false) callers.memory.exhaust(key, world.now())
    }
    return answers.every(Boolean)
  }
  try {
    // When the limit of this address and this portal is used up, the limit of the address alone is not
    // charged: other portals call from the same address.
    if (!(await isWithin(lineKeys(memberId, source), isUntrustedWithinLimit))) return 'portal'
    return (await isWithin(addressKeys(source.address), isAddressWithinLimit))
      ? 'within'
      : 'address'
  } catch (error) {
    // A limiter that fails must not cost an event: the object still decides about trust.
    world.log('warn', 'rate_limit_failed', { memberId, error: describeError(error) })
    return 'within'
  }
}

function isLineExhausted(
  { callers, world }: Pick<IntakeDeps, 'callers' | 'world'>,
  memberId: string,
  source: CallSource,
): boolean {
  const now = world.now()
  return lineKeys(memberId, source).some((key) => callers.memory.isExhausted(key, now))
}

/**
 * The name under which the open questions of a caller about one portal are counted: his address, or his /48. From
 * each /64 in it he could ask eight at once otherwise.
 */
function lineOf(memberId: string, { address }: CallSource): string {
  return `${addressKeys(address).at(-1) ?? address}|${memberId}`
}

function lineKeys(memberId: string, source: CallSource): readonly string[] {
  return addressKeys(source.address).map((key) => `${key}|${memberId}`)
}
