/** The portal of a scenario from outside: what Bitrix24 sends to the relay, in the form of recorded bodies. */
import { exports } from 'cloudflare:workers'
import { APPLICATION_GONE, type SimulatedBitrix24 } from '../network/bitrix24-network.ts'
import { bitrix24Body } from '../builders/bitrix24-bodies.ts'

/** The origin of the Worker under test. */
export const RELAY = 'https://relay.example.com'

/** A recorded body's parameters to replace; null takes a parameter away. */
export type Changes = Readonly<Record<string, string | number | null>>

/** Whose portal it is. */
interface PortalOwner {
  readonly memberId: string
  readonly domain: string
  readonly time: { readonly offsetMs: number }
  /** The simulated portal's own answers. */
  readonly bitrix24: Pick<SimulatedBitrix24, 'portalRefusal'>
}

/** The portal in Bitrix24. */
export class RelayPortal {
  readonly #scenario: PortalOwner
  readonly #start = Date.now()
  #fields = 0

  constructor(scenario: PortalOwner) {
    this.#scenario = scenario
  }

  /** The object's time at the test's start, some seconds away, in unix seconds: it stands still. */
  ts(seconds = 0): number {
    return Math.floor((this.#start + this.#scenario.time.offsetMs) / 1000) + seconds
  }

  /** A recorded body, made this portal's own. */
  body(name: string, changes: Changes = {}): string {
    const form = new URLSearchParams(bitrix24Body(name))
    const own: Changes = {
      'auth[member_id]': this.#scenario.memberId,
      'auth[domain]': this.#scenario.domain,
      'auth[client_endpoint]': `https://${this.#scenario.domain}/rest/`,
      'data[member_id]': this.#scenario.memberId,
      'data[client_endpoint]': `https://${this.#scenario.domain}/rest/`,
      member_id: this.#scenario.memberId,
    }
    for (const [key, value] of Object.entries(own)) {
      if (form.has(key)) form.set(key, String(value))
    }
    for (const [key, value] of Object.entries(changes)) {
      if (value === null) form.delete(key)
      else form.set(key, String(value))
    }
    return form.toString()
  }

  /** Posts a body; each call comes from another address, so that the rate limit stays out of it. */
  async posts(body: string, { path = '/bitrix24/events', address = anAddress() } = {}) {
    return exports.default.fetch(`${RELAY}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'cf-connecting-ip': address,
      },
      body,
    })
  }

  /** The page of the application in the portal's frame. */
  opensPage(changes: Changes = {}): Promise<Response> {
    this.#addsApplication()
    const path = `/bitrix24/install?DOMAIN=${this.#scenario.domain}&PROTOCOL=1&LANG=en`
    return this.posts(this.body('install-page-body', changes), { path })
  }

  /** ONAPPINSTALL a quarter of an hour ago. */
  installs(changes: Changes = {}): Promise<Response> {
    this.#addsApplication()
    return this.posts(this.body('app-ONAPPINSTALL-local', { ts: this.ts(-900), ...changes }))
  }

  /** ONAPPUPDATE ten minutes ago. */
  updates(changes: Changes = {}): Promise<Response> {
    return this.posts(this.body('app-ONAPPUPDATE', { ts: this.ts(-600), ...changes }))
  }

  /** The recorded ONAPPUPDATE with NEW_TOKEN, about eight minutes ago. */
  updatesToken(changes: Changes = {}): Promise<Response> {
    const own = { ts: this.ts(-500), ...changes }
    return this.posts(this.body('app-ONAPPUPDATE-new-application-token', own))
  }

  /** ONAPPUSERREADY some thirteen minutes ago: the installer's pair, and one of the system user. */
  presentsSystemUser(changes: Changes = {}): Promise<Response> {
    return this.posts(this.body('app-ONAPPUSERREADY', { ts: this.ts(-800), ...changes }))
  }

  /** The portal has the application again. */
  #addsApplication(): void {
    const { bitrix24 } = this.#scenario
    if (bitrix24.portalRefusal === APPLICATION_GONE) bitrix24.portalRefusal = null
  }

  /** The application leaves the portal: its pairs are dead there from now on. */
  removesApplication(): void {
    this.#scenario.bitrix24.portalRefusal = APPLICATION_GONE
  }

  /** The application is removed, and ONAPPUNINSTALL says so now. */
  uninstalls(kind: 'clean' | 'keep-data', changes: Changes = {}): Promise<Response> {
    this.removesApplication()
    return this.claimsUninstall(kind, changes)
  }

  /** ONAPPUNINSTALL now, by whoever knows the application token; the portal may still have the application. */
  claimsUninstall(kind: 'clean' | 'keep-data', changes: Changes = {}): Promise<Response> {
    const own = { ts: this.ts(), ...changes }
    return this.posts(this.body(`app-ONAPPUNINSTALL-${kind}`, own))
  }

  /** An event about a field of its own, so that none is a duplicate. */
  sends(changes: Changes = {}): Promise<Response> {
    this.#fields += 1
    const own = { 'data[FIELDS][ID]': 1000 + this.#fields, ts: this.ts() }
    return this.posts(this.body('app-ONCRMREQUISITEUSERFIELDUPDATE', { ...own, ...changes }))
  }

  /** An event of an outgoing webhook with this token; its `auth` claims whatever the sender likes. */
  sendsByWebhook(token: string, changes: Changes = {}): Promise<Response> {
    this.#fields += 1
    const own = { 'auth[application_token]': token, 'data[FIELDS][ID]': 1000 + this.#fields }
    return this.posts(this.body('webhook-ONCRMREQUISITEUSERFIELDUPDATE', { ...own, ...changes }))
  }
}

function anAddress(): string {
  return `2001:db8:${crypto.randomUUID().slice(0, 4)}::1`
}
