/**
 * Requests about the application itself, which are no events of the log: it was installed or updated, its
 * page was opened, it was uninstalled, or Bitrix24 sent another notice about it.
 */
import { EVENTS_PATH } from '../bitrix24/events-path.ts'
import type { InstallRequest, UninstallRequest } from '../bitrix24/wire/request.ts'
import { describeError } from '../core/safety/redact.ts'
import { hashToken } from '../storage/token-hash.ts'
import { withTimeout } from '../storage/with-timeout.ts'
import { chargeCaller, recallCaller, type Caller, type CallSource } from './callers.ts'
import { drainSpill, type DrainDeps } from './drain.ts'
import { networkOf } from './network-of.ts'
import { ACCEPTED, NOT_STORED, refuse, type IntakeAnswer } from './intake-answer.ts'
import { isTokenOfPortal } from './token-of-portal.ts'
import type { IntakeDeps, IntakeConfig } from './intake-deps.ts'
import { replayRefused } from './refused.ts'
import { spillRequest } from './spill.ts'
import { STORE_BUDGET_MS, tryTwice } from './two-tries.ts'

/**
 * How long a caller waits for its installation, in milliseconds. The portal's object asks an OAuth server and
 * the portal meanwhile.
 */
export const INSTALL_BUDGET_MS = 20_000

/**
 * Takes an installation. The request needs no known token: a new portal has none. The portal's object decides
 * about it with the OAuth server; an installation that it cannot decide in time is spilled.
 */
export async function takeInstall(
  deps: IntakeDeps,
  presented: InstallRequest,
  source: CallSource,
): Promise<IntakeAnswer> {
  const { memberId } = presented
  const request: InstallRequest = { ...presented, handlerUrl: handlerUrl(deps.config, source) }
  const isKnown = await isKnownToken(deps, presented, source)
  // An installation with an unknown token is charged at once: it makes the object ask an OAuth server.
  if (!isKnown && !(await chargeCaller(deps, memberId, source))) {
    return refuse('too_many_requests', deps.config)
  }
  const { portals, callers, world } = deps
  // An installation with a known application token counts here too, since each one asks the OAuth server.
  if (!callers.memory.countInstall(world.now())) return refuse('too_many_requests', deps.config)
  const receivedAt = world.now()
  const receipt = world.newReceipt()
  const network = networkOf(source.address)
  try {
    const answer = await withTimeout(
      portals(memberId).install(request, { network }),
      INSTALL_BUDGET_MS,
    )
    deps.callers.memory.forget(memberId)
    switch (answer.kind) {
      case 'installed': {
        const { domain, finished, status } = answer
        return { kind: 'accepted', domain, finished, status }
      }
      case 'pending':
        deps.callers.memory.pending.expectNews(world.now())
        return { kind: 'pending', domain: answer.domain }
      case 'refused':
        return { ...refuse('untrusted', deps.config), reason: answer.reason }
    }
  } catch (error) {
    world.log('warn', 'portal_unreachable', { memberId, error: describeError(error) })
    const spilled = { kind: 'install', request, network } as const
    const isTrusted = isKnown || (await isTokenOfPortal(deps, request))
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
  source: CallSource,
): Promise<boolean> {
  if (token === null) return false
  const tokenHash = await hashToken(memberId, token)
  return (await recallCaller(deps, { memberId, token, tokenHash }, source)) === 'trusted'
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
    world.log('warn', 'portal_unreachable', { memberId, error: describeError(tried.error.error) })
    const spilled = { kind: 'uninstall', call } as const
    return spillRequest(deps, caller, { receivedAt, receipt, spilled })
  }
  deps.callers.memory.forget(memberId)
  switch (tried.value.kind) {
    case 'accepted':
      // What was refused before has to go with the rest: its object drops it and counts it.
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

/**
 * Answers a notice. Nothing of it is stored, so the object is asked only about a caller that the edge does
 * not know.
 */
export async function takeNotice(deps: IntakeDeps, caller: Caller): Promise<IntakeAnswer> {
  if (caller.isTrusted) return ACCEPTED
  const { portals, world } = deps
  const { memberId, tokenHash } = caller
  const tried = await tryTwice(() => portals(memberId).recognises(tokenHash), world.now)
  if (!tried.ok) return NOT_STORED
  const trusted = tried.value
  deps.callers.memory.remember(caller, { trusted, now: world.now() })
  return trusted ? ACCEPTED : refuse('untrusted', deps.config)
}
