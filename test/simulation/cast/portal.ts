/**
 * A portal of a history in Bitrix24: its fields and users, what its servers answer, and the events that it
 * sends. An event is sent once and never again, whatever the relay answers.
 */
import { userFieldCode } from '../../../src/core/events/event-names.ts'
import type { FieldAction } from '../../../src/core/log/event.ts'
import type { FieldAttributes } from '../../../src/core/fields/field-read.ts'
import {
  aBitrix24,
  APPLICATION_GONE,
  bitrix24Handler,
  type SimulatedBitrix24,
} from '../../support/network/bitrix24-network.ts'
import type { SentRequest } from '../../support/network/network.ts'
import { answerPortal } from '../../support/network/portal-rest.ts'
import type { VirtualTime } from '../machine/virtual-time.ts'
import type { Answered, VirtualRelay } from './relay.ts'

/** Every way in which the servers can answer; `nulls` and `html` are lies with the status 200. */
export const PORTAL_MODES = [
  'works',
  'slow',
  'limits',
  'fails',
  'hangs',
  'denies',
  'nulls',
  'html',
] as const

/** How the portal's servers answer. */
export type PortalMode = (typeof PORTAL_MODES)[number]

/** One event on its way, and what became of it. */
export interface SentEvent {
  readonly name: string
  readonly fieldId: number
  /** Unix seconds of Bitrix24; no two events of a portal have the same, unless one was sent twice. */
  readonly ts: number
  /** True time, in unix milliseconds. */
  readonly sentAt: number
  /** The time of the answer; null when there was none. */
  answeredAt: number | null
  answer: Answered | null
}

/** Everything that makes one portal another one than the next. */
export interface PortalIdentity {
  /** 0, 1, 2: its place in the history. */
  readonly number: number
  readonly memberId: string
  readonly domain: string
  readonly connection: 'application' | 'webhook'
}

const SLOW_MS = 2500
/** Refreshed tokens are counted; each portal counts in a thousand of its own. */
const TOKENS_PER_PORTAL = 1000

/** A portal. */
export class VirtualPortal {
  mode: PortalMode = 'works'
  readonly number: number
  readonly memberId: string
  readonly domain: string
  readonly connection: PortalIdentity['connection']
  /** The token of its outgoing webhook. */
  readonly webhookToken: string
  /** The incoming webhook by which it may be read. */
  readonly restUrl: string
  readonly bitrix24: SimulatedBitrix24
  readonly sent: SentEvent[] = []
  /** The definitions that it had when its first comparison was over. */
  baseline: ReadonlyMap<number, FieldAttributes> = new Map()
  /** When its log was erased on its own wish, in unix milliseconds. */
  readonly erasedAt: number[] = []
  /** How often it was uninstalled. */
  uninstalls = 0
  readonly #time: VirtualTime
  readonly #relay: VirtualRelay
  #applicationToken: string
  #lastTs = 0
  /** Whether the application is uninstalled with its data, and not installed since. */
  #isErased = false

  constructor(time: VirtualTime, relay: VirtualRelay, identity: PortalIdentity) {
    const { number, memberId, domain, connection } = identity
    this.#time = time
    this.#relay = relay
    this.number = number
    this.memberId = memberId
    this.domain = domain
    this.connection = connection
    this.webhookToken = `canarywebhooktoken00000000000${number}`
    this.restUrl = `https://${domain}/rest/1/canaryrestsecret${number}/`
    this.#applicationToken = `canary-application-token-${number}-0001`
    this.bitrix24 = aBitrix24({ memberId, domain, refreshes: number * TOKENS_PER_PORTAL })
    for (const id of [1, 2]) this.bitrix24.rest.users.set(id, `User ${id}`)
  }

  /** The definitions of its fields, by id. */
  get fields(): Map<number, FieldAttributes> {
    return this.bitrix24.rest.fields
  }

  /** Answers the relay's requests to Bitrix24; null for requests to somebody else. */
  readonly answer = async (request: SentRequest): Promise<Response | null> => {
    const { host, pathname } = new URL(request.url)
    const isOwn = host === this.domain || (host.startsWith('oauth.bitrix') && this.#issued(request))
    if (!isOwn) return null
    switch (this.mode) {
      case 'hangs':
        return new Promise(() => {})
      case 'fails':
        throw new TypeError('Network connection lost.')
      case 'limits':
        return Response.json({ error: 'QUERY_LIMIT_EXCEEDED' }, { status: 503 })
      case 'denies':
        return Response.json({ error: 'insufficient_scope' }, { status: 403 })
      case 'html':
        return new Response('<html>Maintenance</html>', { status: 200 })
      case 'nulls':
        return Response.json({ result: null })
      case 'slow':
        await this.#time.sleep(SLOW_MS)
        break
      case 'works':
    }
    if (pathname.startsWith('/rest/1/')) return this.#incomingWebhook(request)
    return bitrix24Handler(this.bitrix24)(request)
  }

  /** Installs the application; a new installation has a new application token. */
  installs(): Promise<Answered> {
    this.bitrix24.portalRefusal = null
    // The relay may have asked the portal, and erased its log, at any time until now.
    if (this.#isErased) this.erasedAt.push(this.#time.now())
    this.#isErased = false
    return this.#posts('ONAPPINSTALL', {
      'data[VERSION]': '1',
      'data[ACTIVE]': 'Y',
      'data[INSTALLED]': 'Y',
      'data[LANGUAGE_ID]': 'en',
      'auth[access_token]': `canary-access-of-install-${this.number}`,
      'auth[refresh_token]': `canary-refresh-of-install-${this.number}`,
      ...this.#auth(this.#applicationToken),
    })
  }

  /** Uninstalls the application; from now on the portal denies that it has it. */
  async uninstall({ clean }: { readonly clean: boolean }): Promise<void> {
    this.uninstalls += 1
    this.bitrix24.portalRefusal = APPLICATION_GONE
    this.#isErased ||= clean
    if (clean) this.erasedAt.push(this.#time.now())
    await this.#posts('ONAPPUNINSTALL', {
      'data[LANGUAGE_ID]': 'en',
      'data[CLEAN]': clean ? '1' : '0',
      ...this.#auth(this.#applicationToken),
    })
    // What is on its way while the answer is, is erased as well.
    if (clean) this.erasedAt.push(this.#time.now())
  }

  /** The next installation brings another application token. */
  renewsToken(): void {
    const count = Number(this.#applicationToken.slice(-4)) + 1
    this.#applicationToken = `canary-application-token-${this.number}-${String(count).padStart(4, '0')}`
  }

  /** The time that the next event names: the present second, or the next one that no event has named. */
  nextTs(): number {
    this.#lastTs = Math.max(this.#lastTs + 1, Math.floor(this.#time.now() / 1000))
    return this.#lastTs
  }

  /** Sends the event of a change. */
  async sends(
    fieldId: number,
    action: FieldAction,
    { ts, userId }: { readonly ts: number; readonly userId: number | null },
  ): Promise<void> {
    const name = userFieldCode('requisite', action)
    const isWebhook = this.connection === 'webhook'
    const sent: SentEvent = {
      name,
      fieldId,
      ts,
      sentAt: this.#time.now(),
      answeredAt: null,
      answer: null,
    }
    this.sent.push(sent)
    const answer = await this.#posts(name, {
      'data[FIELDS][ID]': String(fieldId),
      'data[FIELDS][ENTITY_ID]': 'CRM_REQUISITE',
      'data[FIELDS][FIELD_NAME]': `UF_CRM_${fieldId}`,
      ts: String(ts),
      ...this.#auth(isWebhook ? this.webhookToken : this.#applicationToken),
      ...(userId === null || isWebhook ? {} : { 'auth[user_id]': String(userId) }),
    })
    sent.answer = answer
    sent.answeredAt = this.#time.now()
  }

  /** Whether a request to the OAuth server holds a token of this portal. */
  #issued({ url, body }: SentRequest): boolean {
    const text = `${url} ${body}`
    if (text.includes(`of-install-${this.number}`)) return true
    const count = Number(/fresh-(?:access|refresh)-canary-(\d+)/.exec(text)?.[1] ?? -1)
    return Math.floor(count / TOKENS_PER_PORTAL) === this.number
  }

  #auth(token: string): Readonly<Record<string, string>> {
    return {
      'auth[domain]': this.domain,
      'auth[client_endpoint]': `https://${this.domain}/rest/`,
      'auth[server_endpoint]': 'https://oauth.bitrix.info/rest/',
      'auth[member_id]': this.memberId,
      'auth[application_token]': token,
      'auth[expires_in]': '3600',
      'auth[scope]': 'crm',
      'auth[status]': 'L',
    }
  }

  #posts(event: string, entries: Readonly<Record<string, string>>): Promise<Answered> {
    const ts = Math.floor(this.#time.now() / 1000)
    const form = new URLSearchParams({ event, event_handler_id: '12', ts: String(ts), ...entries })
    return this.#relay.takes(form.toString())
  }

  #incomingWebhook({ url, body }: SentRequest): Response {
    const method = new URL(url).pathname.split('/').at(-1) ?? ''
    const answer = answerPortal(this.bitrix24.rest, method, new URLSearchParams(body))
    const now = this.#time.now() / 1000
    const time = { start: now, finish: now }
    if (answer === null) return Response.json({ error: 'ERROR_METHOD_NOT_FOUND' }, { status: 404 })
    return Response.json({ ...answer, time }, { status: 'error' in answer ? 400 : 200 })
  }
}
