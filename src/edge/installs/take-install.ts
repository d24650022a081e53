/**
 * The beginning of an installation, and each later request that tells of it: the application was installed or updated,
 * or its page was opened. None of them is an event of the log.
 */
import { EVENTS_PATH } from '../../bitrix24/events-path.ts'
import type { InstallRequest } from '../../bitrix24/wire/request.ts'
import { hashToken } from '../../storage/token-hash.ts'
import { withTimeout } from '../../storage/with-timeout.ts'
import { readTrust } from '../callers/caller-trust.ts'
import type { CallSource } from '../callers/callers.ts'
import { chargeCaller } from '../callers/limits.ts'
import { networkOf } from '../callers/network-of.ts'
import { NOT_STORED, refuse, type IntakeAnswer } from '../intake-answer.ts'
import { isTokenOfPortal } from './token-of-portal.ts'
import type { IntakeDeps, IntakeConfig } from '../intake-deps.ts'
import { spillRequest } from '../spill/spill.ts'
import { logUnreachable } from '../two-tries.ts'

/**
 * The time for which a caller waits for its installation, in milliseconds. The portal's object asks an OAuth server
 * and the portal meanwhile.
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
  const { installMemory, config, world } = deps
  const request: InstallRequest = { ...presented, handlerUrl: handlerUrl(config, source) }
  const isKnown = await isKnownToken(deps, presented, source)
  // An installation with an unknown token is charged at once: it makes the object ask an OAuth server.
  const charged = { memberId, address: source.address }
  const spentLimit = isKnown ? null : await chargeCaller(deps, charged)
  if (spentLimit === 'portal') return refuse('too_many_requests', config)
  const terms = { network: networkOf(source.address), isKnown, receivedAt: world.now() }
  const inTurn = async () => {
    const isTurn = await installMemory.budget.waitForTurn(terms.network, world)
    if (!isTurn) return refuse('too_many_requests', config)
    const answer = await handOn(deps, request, { ...terms, isOverBudget: false })
    return answer === 'busy' ? NOT_STORED : answer
  }
  // Other portals may have used up the limit of this address, since all portals call from the few addresses of
  // Bitrix24.
  if (spentLimit === 'address') return inTurn()
  const spentBudget = installMemory.budget.spend(memberId, world.now())
  // An installation with a known token is charged when there are too many, since the object stores each of them.
  if (isKnown && spentBudget !== null && (await chargeCaller(deps, charged)) !== null) {
    return refuse('too_many_requests', config)
  }
  const answer = await handOn(deps, request, { ...terms, isOverBudget: spentBudget === 'isolate' })
  return answer === 'busy' ? inTurn() : answer
}

/** The facts about an installation when it is handed on. */
interface InstallTerms {
  readonly network: string
  readonly isKnown: boolean
  /** Unix milliseconds. */
  readonly receivedAt: number
  readonly isOverBudget: boolean
}

/**
 * Hands an installation to its portal's object; `busy` when no OAuth server may be asked now about the installation
 * of a stranger.
 */
async function handOn(
  deps: IntakeDeps,
  request: InstallRequest,
  { network, isKnown, receivedAt, isOverBudget }: InstallTerms,
): Promise<IntakeAnswer | 'busy'> {
  const { memberId } = request
  const { clientOf, callers, installMemory, config, world } = deps
  const receipt = world.newReceipt()
  try {
    const answer = await withTimeout(
      clientOf(memberId).install(request, { network, isOverBudget }),
      INSTALL_BUDGET_MS,
    )
    callers.memory.forget(memberId)
    switch (answer.kind) {
      case 'installed': {
        const { domain, finished, status } = answer
        return { kind: 'accepted', domain, finished, status }
      }
      case 'pending':
        installMemory.pending.expectNews(world.now())
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
