/**
 * A portal with its OAuth server, as the parts of `portal/tokens` meet them. The portal accepts the access
 * token `canary-fresh-access-main` alone, and a refresh brings it. Every secret holds the word `canary`.
 */
import type { CallPortal } from '../../../src/bitrix24/servers/rest-client.ts'
import {
  NO_INSTALL,
  type ApplicationInstall,
  type InstallState,
} from '../../../src/core/access/installs/install.ts'
import { NO_PORTAL_TALLY, type PortalTally } from '../../../src/core/tallies/portal-tally.ts'
import type { OutgoingWebhook } from '../../../src/core/access/outgoing-webhook.ts'
import { PortalCaller } from '../../../src/portal/tokens/portal-caller.ts'
import { IncomingWebhook } from '../../../src/portal/tokens/incoming-webhook.ts'
import {
  Pairs,
  type CallPurpose,
  type OpenedPair,
  type PairField,
} from '../../../src/portal/tokens/pairs.ts'
import { PortalAddress } from '../../../src/portal/tokens/portal-address.ts'
import { PresenceCheck } from '../../../src/portal/tokens/presence-check.ts'
import { Refresh } from '../../../src/portal/tokens/refresh.ts'
import { AccessTroubles } from '../../../src/portal/tokens/troubles.ts'
import { createSealer, type Sealer } from '../../../src/storage/seal.ts'
import { anInstall } from '../builders/an-install.ts'
import {
  INFO,
  SECRET,
  TECH,
  fail,
  pairAnswer,
  urls,
  type Answer,
} from '../network/install-servers.ts'
import { simulateFetch, type SentRequest } from '../network/simulated-fetch.ts'
import { NOW } from '../time.ts'
import { CLIENT_ID, DOMAIN, MEMBER_ID } from '../identity.ts'

/** The address of an incoming webhook. */
export const WEBHOOK_URL = 'https://acme.bitrix24.com/rest/1/canarywebhooksecret/'

/** The method of a call that reads. */
export const METHOD = 'crm.requisite.userfield.get'

/** A pair in clear. */
export function aPair(name: string): OpenedPair {
  return {
    accessToken: `canary-access-${name}`,
    refreshToken: `canary-refresh-${name}`,
    expiresAt: NOW / 1000,
    userId: 1,
  }
}

const SEALER = createSealer([{ id: 'k1', key: new Uint8Array(32).fill(7) }])

/** One portal under test. */
export class TokenScenario {
  now = NOW
  /** What was counted. */
  tally = NO_PORTAL_TALLY
  install: InstallState = NO_INSTALL
  sealer: Sealer = SEALER
  applications = new Map([[CLIENT_ID, SECRET]])
  oauthUrls = [INFO, TECH]
  webhooks: OutgoingWebhook[] = []
  /** Whether the next write of the install fails. */
  failsToStore = false
  /** The access tokens that the portal accepts. */
  accepted = new Set(['canary-fresh-access-main'])
  /** The answers of the OAuth server to a refresh and to `app.info`, and of the portal to a call. */
  onRefresh: Answer = () => pairAnswer('main')
  onInfo: Answer = () => fail('expired_token')
  onCall: Answer = ({ form }) =>
    this.accepted.has(form.get('auth') ?? '')
      ? Response.json({ result: { ID: '235' } })
      : fail('expired_token')
  /** Everything that was logged, in order. */
  readonly lines: string[] = []
  readonly #servers = simulateFetch((request) => this.#answer(request))
  /** Everything that was sent, in order. */
  readonly sent = this.#servers.sent

  /** The parts of an object that begins now; its memory is empty. */
  start() {
    const deps = {
      memberId: MEMBER_ID,
      state: {
        install: () => this.install,
        changeInstall: (change: (install: InstallState) => InstallState) => {
          if (this.failsToStore) throw new Error('Cannot store')
          this.install = change(this.install)
        },
      },
      config: {
        policy: { allowLocal: false },
        sealer: this.sealer,
        applications: this.applications,
        oauthUrls: this.oauthUrls,
        webhooks: this.webhooks,
      },
      world: {
        fetch: this.#servers.fetch,
        now: () => this.now,
        logLine: (...line: unknown[]) => void this.lines.push(JSON.stringify(line)),
      },
    }
    const pairs = new Pairs(deps)
    const troubles = new AccessTroubles({ ...deps, pairs })
    const tallies = { tally: (change: (tally: PortalTally) => PortalTally) => this.#count(change) }
    const refresh = new Refresh({ ...deps, pairs, troubles, tallies })
    const address = new PortalAddress({ ...deps, pairs, refresh })
    const incomingWebhook = new IncomingWebhook(deps)
    const portalCaller = new PortalCaller({
      ...deps,
      pairs,
      troubles,
      refresh,
      address,
      incomingWebhook,
    })
    const presenceCheck = new PresenceCheck({ ...deps, pairs, refresh, address })
    return { pairs, troubles, refresh, address, incomingWebhook, portalCaller, presenceCheck }
  }

  #count(change: (tally: PortalTally) => PortalTally): void {
    this.tally = change(this.tally)
  }

  /** Calls from an object that begins now. */
  calls(purpose: CallPurpose = 'background'): CallPortal {
    return this.start().portalCaller.callsFor(purpose)
  }

  /** Changes the recorded application behind the back of the parts. */
  change(application: Partial<ApplicationInstall>): void {
    const known = this.install.application
    if (known === null) throw new Error('Cannot change an application that is not installed')
    this.install = { ...this.install, application: { ...known, ...application } }
  }

  /** An incoming webhook of this domain is configured, and its token has spoken for the portal. */
  hasWebhook(domain = DOMAIN): void {
    this.webhooks = [{ token: 't'.repeat(32), portal: domain, rest: WEBHOOK_URL }]
    this.install = { ...this.install, webhooks: [{ hash: 'h', portal: domain, since: 1 }] }
  }

  /** Seals a pair as the install holds it. */
  async seal(field: PairField, name: string): Promise<string> {
    const text = JSON.stringify(aPair(name))
    const sealed = await SEALER.seal(text, { memberId: MEMBER_ID, field })
    return sealed.ok ? sealed.value : ''
  }

  /** The refresh token of the stored pair; null when there is none. */
  async stored(field: PairField = 'tokens'): Promise<string | null> {
    const sealed = this.install.application?.[field] ?? ''
    const pair = await this.start().pairs.open({ field, sealed })
    return pair?.refreshToken ?? null
  }

  /** How often a pair was refreshed. */
  refreshes(): number {
    return this.urls().filter((url) => url.endsWith('/oauth/token/')).length
  }

  /** The addresses that were asked, in order. */
  urls(): readonly string[] {
    return urls(this.#servers)
  }

  #answer(request: SentRequest): Response | Promise<Response> {
    if (request.url.endsWith('/oauth/token/')) return this.onRefresh(request)
    if (this.oauthUrls.some((url) => request.url === `${url}/rest/app.info`)) {
      return this.onInfo(request)
    }
    return this.onCall(request)
  }
}

/** A portal whose application holds an expired pair, `old`. */
export async function aTokenScenario(
  application: Partial<ApplicationInstall> = {},
): Promise<TokenScenario> {
  const portal = new TokenScenario()
  const tokens = await portal.seal('tokens', 'old')
  portal.install = anInstall({ tokens, ...application })
  return portal
}

/** The same with a system pair, `system`, that has expired as well. */
export async function aTokenScenarioWithSystemUser(
  application: Partial<ApplicationInstall> = {},
): Promise<TokenScenario> {
  const systemTokens = await new TokenScenario().seal('systemTokens', 'system')
  return aTokenScenario({ systemTokens, systemUserId: 512, ...application })
}
