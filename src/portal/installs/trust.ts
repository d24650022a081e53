/**
 * Decides which tokens speak for this portal: the application tokens of its install, and the tokens of the outgoing
 * webhooks as configured. The edge only remembers these decisions.
 */
import { domainOf } from '../../core/access/domains.ts'
import { isLostInstall } from '../../core/access/installs/recovery.ts'
import { trustedToken } from '../../core/access/ended-tokens.ts'
import {
  dropFormerPin,
  dropOtherWebhooks,
  dropWebhook,
  pinsOf,
  recordWebhook,
} from '../../core/access/installs/webhook-installs.ts'
import { verifiedDomainOf } from '../../core/access/installs/install.ts'
import {
  judgeWebhook,
  PIN_REMEDY,
  refusePin,
  webhookRule,
  type OutgoingWebhook,
} from '../../core/access/outgoing-webhook.ts'
import { trustsToken } from '../../core/access/token-hashes.ts'
import { sha256Hex } from '../../core/safety/sha256.ts'
import { hashToken } from '../../storage/token-hash.ts'
import type { DirectoryRemote } from '../../objects/directory.ts'
import type { PortalConfig } from '../settings.ts'
import type { World } from '../world.ts'
import type { RobotAddress } from './robot-address.ts'
import type { PortalState } from '../state/portal-state.ts'

/** The dependencies of the trust decisions. */
export interface TrustDeps {
  readonly memberId: string
  readonly state: Pick<PortalState, 'install' | 'changeInstall'>
  readonly config: Pick<PortalConfig, 'webhooks' | 'destinations'>
  readonly world: Pick<World, 'now' | 'logLine'>
  readonly directory: Pick<DirectoryRemote, 'pin' | 'pinned' | 'unpin'>
  readonly robotAddress: Pick<RobotAddress, 'trusts'>
}

/** The trust decisions of one portal. */
export class Trust {
  readonly #deps: TrustDeps
  #webhooks: Map<string, OutgoingWebhook> | null = null

  constructor(deps: TrustDeps) {
    this.#deps = deps
  }

  /**
   * Whether a token, named by its hash, speaks for the portal, judged only by what is known already. Nothing
   * is awaited, so that a transaction can ask once more. An event from the spill is judged as of its time of
   * receipt (`asOf`, unix milliseconds): it was acknowledged while its token was good.
   */
  trusts(tokenHash: string, asOf: number | null = null): boolean {
    if (this.isApplicationToken(tokenHash)) return true
    if (asOf !== null && trustedToken(this.#deps.state.install(), tokenHash, asOf)) return true
    if (this.#deps.robotAddress.trusts(tokenHash, asOf)) return true
    const webhook = this.#webhooks?.get(tokenHash)
    // `verify` records the first use of a webhook's token; before that nothing is stored of the portal.
    if (webhook === undefined || !this.#isRecorded(webhook, tokenHash)) return false
    return this.#judge(webhook, tokenHash) === 'yes'
  }

  /**
   * Whether a token, named by its hash, speaks for the portal. When that is not known yet, the configured
   * tokens are hashed, and the directory is asked for the pin of a domain; afterwards `trusts` knows it too.
   * Only a token that speaks for the portal leaves anything behind.
   */
  async verify(tokenHash: string, asOf: number | null = null): Promise<boolean> {
    if (this.isApplicationToken(tokenHash)) return true
    const webhook = (await this.#hashes()).get(tokenHash)
    // By now every webhook that is not configured any more has got its end.
    if (webhook === undefined) return this.trusts(tokenHash, asOf)
    const judged = this.#judge(webhook, tokenHash)
    if (judged === 'no' || this.#isRecorded(webhook, tokenHash)) return judged === 'yes'
    const pinId = webhookRule(webhook.portal) === 'domain' ? await pinIdOf(webhook) : null
    if (judged === 'pin_needed' && !(await this.#pin(webhook))) return false
    // While the pin was awaited, another token may have spoken for the portal.
    if (this.#judge(webhook, tokenHash) === 'no') return false
    const { portal } = webhook
    const known = { hash: tokenHash, portal, since: this.#deps.world.now() }
    this.#deps.state.changeInstall((install) =>
      recordWebhook(install, pinId === null ? known : { ...known, pinId }),
    )
    return true
  }

  /**
   * Whether a hash is that of the installation's application token, and not that of an outgoing webhook's.
   */
  isApplicationToken(tokenHash: string): boolean {
    return trustsToken(this.#deps.state.install(), tokenHash, this.#deps.world.now())
  }

  /**
   * Removes the `n`th pin, counted from 1 as the view shows them. Its token then speaks for the first portal
   * that uses it from now on. False when there is no such pin.
   */
  async removePin(n: number): Promise<boolean> {
    const { memberId, state, directory } = this.#deps
    const removed = pinsOf(state.install())[n - 1]
    if (removed === undefined) return false
    // The directory removes the pin first. After a failure between the two steps the pin is still shown here, and can
    // be removed.
    if (!('hash' in removed)) {
      await directory.unpin(removed.pinId, memberId)
      state.changeInstall((install) => dropFormerPin(install, removed.pinId))
      return true
    }
    // The token may be configured with another domain by now; an older version did not note the pin's id.
    const webhook = (await this.#hashes()).get(removed.hash)
    const pinId = removed.pinId ?? (webhook && (await pinIdOf(webhook)))
    if (pinId !== undefined) await directory.unpin(pinId, memberId)
    state.changeInstall((install) => dropWebhook(install, removed.hash))
    return true
  }

  /** Drops the webhooks that are not configured any more, so that KV does not go on trusting them. */
  async dropUnconfigured(): Promise<void> {
    this.#drop(await this.#hashes())
  }

  #judge(webhook: OutgoingWebhook, tokenHash: string): 'yes' | 'no' | 'pin_needed' {
    const { memberId, state } = this.#deps
    const verifiedDomain = verifiedDomainOf(state.install())
    const judged = judgeWebhook(webhook.portal, { memberId, verifiedDomain })
    if (judged === 'no' || webhookRule(webhook.portal) !== 'domain') return judged
    // The portal's own record of the first use is as good as the directory's answer.
    if (this.#isRecorded(webhook, tokenHash)) return 'yes'
    // The pin is needed even when the verified domain is the configured one. The token speaks for one portal,
    // and without the pin a portal that has no install could still claim it.
    return this.#isNamedOtherwise(webhook.portal) ? 'no' : 'pin_needed'
  }

  #isRecorded({ portal }: OutgoingWebhook, tokenHash: string): boolean {
    const { webhooks } = this.#deps.state.install()
    return webhooks.some((known) => known.hash === tokenHash && known.portal === portal)
  }

  /**
   * Whether the portal is known by another name than this domain. The holder of one domain's token may write
   * any member id beside it; without this check a stranger's events would pass for those of this portal.
   */
  #isNamedOtherwise(domain: string): boolean {
    const { memberId, state, config } = this.#deps
    if (config.webhooks.some(({ portal }) => portal === memberId)) return true
    const names = state.install().webhooks.filter(({ portal }) => portal !== domain)
    return names.some(({ portal }) => webhookRule(portal) !== 'any')
  }

  /**
   * Two portals may show the same token at the same time; the directory is one object and answers in order.
   */
  async #pin(webhook: OutgoingWebhook): Promise<boolean> {
    const { memberId, directory, state, config, world } = this.#deps
    const { portal } = webhook
    const { application, uninstallTs } = state.install()
    const isLost = isLostInstall(state.install())
    const reason = refusePin(portal, {
      memberId,
      verifiedDomain: verifiedDomainOf(state.install()),
      hasEnded: application === null && (uninstallTs !== null || isLost),
      portals: (config.destinations ?? []).flatMap(({ filter }) => filter.portals),
    })
    const pinId = await pinIdOf(webhook)
    // The portal has lost its own record of the pin. The directory still has it, and nobody may make another.
    const known = domainOf(state.install())
    const mayBeOwn = isLost && (known === null || known === portal)
    if (mayBeOwn && (await directory.pinned(pinId)) === memberId) return true
    if (reason !== null) {
      world.logLine('warn', 'pin_refused', { memberId, portal, reason, remedy: PIN_REMEDY })
      return false
    }
    const holder = await directory.pin(pinId, memberId)
    if (holder === memberId) return true
    world.logLine('warn', 'pin_refused', { memberId, portal, reason: 'pinned', holder })
    return false
  }

  /**
   * The configured outgoing webhooks by the hashes of their tokens for this portal. They are hashed once,
   * since the configuration lasts as long as the object.
   */
  async #hashes(): Promise<Map<string, OutgoingWebhook>> {
    if (this.#webhooks !== null) return this.#webhooks
    const { memberId, config } = this.#deps
    const hashes = new Map<string, OutgoingWebhook>()
    for (const webhook of config.webhooks) {
      hashes.set(await hashToken(memberId, webhook.token), webhook)
    }
    this.#webhooks = hashes
    this.#drop(hashes)
    return hashes
  }

  #drop(configured: Map<string, OutgoingWebhook>): void {
    const { state } = this.#deps
    const hashes = new Set(configured.keys())
    if (dropOtherWebhooks(state.install(), hashes) === state.install()) return
    state.changeInstall((install) => dropOtherWebhooks(install, hashes))
  }
}

function pinIdOf({ portal, token }: OutgoingWebhook): Promise<string> {
  return sha256Hex(`pin|${portal}|${token}`)
}
