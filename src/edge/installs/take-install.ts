/**
 * Requests about the application itself, which are no events of the log: it was installed or updated, its
 * page was opened, it was uninstalled, or Bitrix24 sent another notice about it.
 */
import { EVENTS_PATH } from '../../bitrix24/events-path.ts'
import type { InstallRequest, UninstallRequest } from '../../bitrix24/wire/request.ts'
import { describeError } from '../../core/safety/redact.ts'
import { hashToken } from '../../storage/token-hash.ts'
import { withTimeout } from '../../storage/with-timeout.ts'
import { readTrust } from '../callers/caller-trust.ts'
import type { Caller, CallSource } from '../callers/callers.ts'
import { chargeCaller } from '../callers/limits.ts'
import { drainSpill, type DrainDeps } from '../spill/drain.ts'
import { networkOf } from '../callers/network-of.ts'
import { ACCEPTED, NOT_STORED, refuse, type IntakeAnswer } from '../intake-answer.ts'
import { isTokenOfPortal } from './token-of-portal.ts'
import type { IntakeDeps, IntakeConfig } from '../intake-deps.ts'
import { replayRefused } from '../spill/replay-refused.ts'
import { spillRequest } from '../spill/spill.ts'
import { logUnreachable, STORE_BUDGET_MS, tryTwice } from '../two-tries.ts'

/**
 * How long a caller waits for its installation, in milliseconds. The portal's object asks an OAuth server and
 * the portal meanwhile.
 */
export const INSTALL_BUDGET_MS = 20_000

/**
 * Takes an installation. The request needs no known token: a new portal has none. The portal's object decides
 * about it with the OAuth server; an installation that it cannot decide in time is spilled. One that
 * is over the budget of the isolate waits, in the portal's object or here (docs/decisions/0016).
 */
export async function takeInstall(
  deps: IntakeDeps,
  presented: InstallRequest,
  source: CallSource,
): Promise<IntakeAnswer> {
  const { memberId } = presented
  const { callers, config, world } = deps
  const request: InstallRequest = { ...presented, handlerUrl: handlerUrl(config, source) }
  const isKnown = await isKnownToken(deps, presented, source)
  // An installation with an unknown token is charged at once: it makes the object ask an OAuth server.
  const charged = { memberId, address: source.address }
  const spentLimit = isKnown ? null : await chargeCaller(deps, charged)
  if (spentLimit === 'portal') return refuse('too_many_requests', config)
  const terms = { network: networkOf(source.address), isKnown, receivedAt: world.now() }
  const inTurn = async () => {
    const isTurn = await callers.memory.installs.waitForTurn(terms.network, world)
    if (!isTurn) return refuse('too_many_requests', config)
    const answer = await handOn(deps, request, { ...terms, isOverBudget: false })
    return answer === 'busy' ? NOT_STORED : answer
  }
  // All portals call from the few addresses of Bitrix24, so others may have used this one up.
  if (spentLimit === 'address') return inTurn()
  const spentBudget = callers.memory.installs.spend(memberId, world.now())
  // One with a known token is charged when there are too many: each is written down by the object.
  if (isKnown && spentBudget !== null && (await chargeCaller(deps, charged)) !== null) {
    return refuse('too_many_requests', config)
  }
  const answer = await handOn(deps, request, { ...terms, isOverBudget: spentBudget === 'isolate' })
  return answer === 'busy' ? inTurn() : answer
}

/** What is known of an installation when it is handed on. */
interface InstallTerms {
  readonly network: string
  readonly isKnown: boolean
  /** Unix milliseconds. */
  readonly receivedAt: number
  readonly isOverBudget: boolean
}

/** Hands an installation to its portal's object; `busy` when nobody may be asked about a stranger's now. */
async function handOn(
  deps: IntakeDeps,
  request: InstallRequest,
  { network, isKnown, receivedAt, isOverBudget }: InstallTerms,
): Promise<IntakeAnswer | 'busy'> {
  const { memberId } = request
  const { portals, callers, config, world } = deps
  const receipt = world.newReceipt()
  try {
    const answer = await withTimeout(
      portals(memberId).install(request, { network, isOverBudget }),
      INSTALL_BUDGET_MS,
    )
    callers.memory.forget(memberId)
    switch (answer.kind) {
      case 'installed': {
        const { domain, finished, status } = answer
        return { kind: 'accepted', domain, finished, status }
      }
      case 'pending':
        callers.memory.pending.expectNews(world.now())
        return { kind: 'pending', domain: answer.domain }
      case 'refused':
        return { ...refuse('untrusted', config), reason: answer.reason }
      case 'busy':
        return 'busy'
    }
  } catch (error) {
    logUnreachable(world, memberId, error)
    const spilled = { kind: 'install', request, network } as const
    // Over the budget no OAuth server may be asked, so a stranger's installation has no reason to be believed.
    const isTrusted = isKnown || (!isOverBudget && (await isTokenOfPortal(deps, request)))
    return spillRequest(deps, { memberId, isTrusted }, { receivedAt, receipt, spilled })
  }
}

/**
 * The address to which the portal shall send its events. Events carry tokens, so outside of development the
 * called address is taken with https.
 */
function handlerUrl({ publicUrl, allowHttp }: IntakeConfig, { calledUrl }: CallSource): string {
  const called = allowHttp ? calledUrl : calledUrl.replace(/^http:/u, 'https:')
  return `${publicUrl ?? called}${EVENTS_PATH}`
}

/** Whether the edge knows the application token already, as with an update or a later visit of the page. */
async function isKnownToken(
  deps: IntakeDeps,
  { memberId, applicationToken: token }: InstallRequest,
  { address }: CallSource,
): Promise<boolean> {
  if (token === null) return false
  const tokenHash = await hashToken(memberId, token)
  return (await readTrust(deps, { memberId, token, tokenHash }, address)) === 'trusted'
}

/** Ends an installation. */
export async function takeUninstall(
  deps: IntakeDeps,
  caller: Caller,
  { request, receivedAt }: { request: UninstallRequest; receivedAt: number },
): Promise<IntakeAnswer> {
  const { portals, world } = deps
  const { memberId, tokenHash } = caller
  const receipt = world.newReceipt()
  // An event in the spill was acknowledged, so it has to be in the log before the tokens are deleted.
  if (caller.isTrusted) await inTime(deps, memberId, (drain) => drainSpill(drain, memberId))
  // The time is fixed now. A spilled uninstall without a time would otherwise count from its drain, and end an
  // installation that came after it.
  const ts = request.ts ?? Math.floor(receivedAt / 1000)
  const call = { tokenHash, ts, clean: request.clean, receivedAt }
  const tried = await tryTwice(() => portals(memberId).uninstall(call), world.now)
  if (!tried.ok) {
    logUnreachable(world, memberId, tried.error.error)
    const spilled = { kind: 'uninstall', call } as const
    return spillRequest(deps, caller, { receivedAt, receipt, spilled })
  }
  deps.callers.memory.forget(memberId)
  switch (tried.value.kind) {
    case 'accepted':
      // Requests that were refused before go with the rest: the object drops and counts them.
      if (request.clean) await inTime(deps, memberId, (drain) => replayRefused(drain, memberId))
      return ACCEPTED
    case 'untrusted':
      return refuse('untrusted', deps.config)
  }
}

/**
 * Empties what the portal has in KV. This has only as much time as the storing of one event: a drain that
 * hangs must not hold the uninstall back.
 */
async function inTime(
  { portals, spill, world }: IntakeDeps,
  memberId: string,
  work: (drain: DrainDeps) => Promise<unknown>,
): Promise<void> {
  try {
    await withTimeout(work({ portals, spill, log: world.log, now: world.now }), STORE_BUDGET_MS)
  } catch (error) {
    world.log('warn', 'spill_kept', { memberId, error: describeError(error) })
  }
}
