/**
 * The portal of a history in Bitrix24: its fields and users, what its servers answer, and the events that it
 * sends. An event is sent once and never again, whatever the relay answers.
 */
import { userFieldCode } from '../../../src/core/log/event-names.ts'
import type { FieldAction } from '../../../src/core/log/event.ts'
import type { FieldAttributes } from '../../../src/core/fields/field-read.ts'
import {
  aBitrix24,
  bitrix24Handler,
  type SimulatedBitrix24,
} from '../../support/bitrix24-network.ts'
import type { SentRequest } from '../../support/network.ts'
import { answerPortal } from '../../support/portal-rest.ts'
import type { VirtualTime } from '../machine/virtual-time.ts'
import type { Answered, VirtualRelay } from './relay.ts'

/** How the portal's servers answer. */
export type PortalMode = 'works' | 'slow' | 'limits' | 'fails' | 'hangs' | 'denies'

/** Every way in which the servers can answer. */
export const PORTAL_MODES: readonly PortalMode[] = [
  'works',
  'slow',
  'limits',
  'fails',
  'hangs',
  'denies',
]

/** One event on its way, and what became of it. */
export interface SentEvent {
  readonly name: string
  readonly fieldId: number
  /** Unix seconds of Bitrix24. */
  readonly ts: number
  /** True time, in unix milliseconds. */
  readonly sentAt: number
  readonly answer: Answered | null
}

/** The member id of the portal. */
export const MEMBER_ID = 'a223c6b3710f85df22e9377d6c4f7553'

/** The token of its outgoing webhook. */
export const WEBHOOK_TOKEN = 'canarywebhooktoken0000000000000a'

/** The incoming webhook by which it may be read. */
export const REST_URL = 'https://acme.bitrix24.com/rest/1/canaryrestsecret/'

const DOMAIN = 'acme.bitrix24.com'
const SLOW_MS = 2500

/** The portal. */
export class VirtualPortal {
  mode: PortalMode = 'works'
  readonly bitrix24: SimulatedBitrix24 = aBitrix24({ memberId: MEMBER_ID, domain: DOMAIN })
  readonly sent: SentEvent[] = []
  readonly #time: VirtualTime
  readonly #relay: VirtualRelay
  #applicationToken = 'canary-application-token-0001'

  constructor(time: VirtualTime, relay: VirtualRelay) {
    this.#time = time
    this.#relay = relay
    for (const id of [1, 2]) this.bitrix24.rest.users.set(id, `User ${id}`)
  }

  /** The definitions of its fields, by id. */
  get fields(): Map<number, FieldAttributes> {
    return this.bitrix24.rest.fields
  }

  /** Answers the relay's requests to Bitrix24; null for requests to somebody else. */
  readonly answer = async (request: SentRequest): Promise<Response | null> => {
    const { host, pathname } = new URL(request.url)
    if (host !== DOMAIN && !host.startsWith('oauth.bitrix')) return null
    switch (this.mode) {
      case 'hangs':
        return new Promise(() => {})
      case 'fails':
        throw new TypeError('Network connection lost.')
      case 'limits':
        return Response.json({ error: 'QUERY_LIMIT_EXCEEDED' }, { status: 503 })
      case 'denies':
        return Response.json({ error: 'insufficient_scope' }, { status: 403 })
      case 'slow':
        await this.#time.sleep(SLOW_MS)
        break
      case 'works':
    }
    if (pathname.startsWith('/rest/1/')) return this.#incomingWebhook(request)
    return bitrix24Handler(this.bitrix24)(request)
  }

  /** Installs the application. */
  installs(): Promise<Answered> {
    return this.#posts('ONAPPINSTALL', {
      'data[VERSION]': '1',
      'data[ACTIVE]': 'Y',
      'data[INSTALLED]': 'Y',
      'data[LANGUAGE_ID]': 'en',
      'auth[access_token]': 'canary-access-of-the-install',
      'auth[refresh_token]': 'canary-refresh-of-the-install',
      ...this.#auth(this.#applicationToken),
    })
  }

  /** Uninstalls the application. */
  uninstalls({ clean }: { readonly clean: boolean }): Promise<Answered> {
    return this.#posts('ONAPPUNINSTALL', {
      'data[LANGUAGE_ID]': 'en',
      'data[CLEAN]': clean ? '1' : '0',
      ...this.#auth(this.#applicationToken),
    })
  }

  /** Gives the application another token at its next installation. */
  renewsToken(): void {
    const count = Number(this.#applicationToken.slice(-4)) + 1
    this.#applicationToken = `canary-application-token-${String(count).padStart(4, '0')}`
  }

  /** Sends the event of a change, by the application and by the outgoing webhook as they are connected. */
  async sends(
    fieldId: number,
    action: FieldAction,
    {
      by,
      ts,
      userId,
    }: {
      readonly by: 'application' | 'webhook'
      readonly ts: number
      readonly userId: number | null
    },
  ): Promise<void> {
    const name = userFieldCode('requisite', action)
    const sentAt = this.#time.now()
    const token = by === 'application' ? this.#applicationToken : WEBHOOK_TOKEN
    const user = userId === null || by === 'webhook' ? {} : { 'auth[user_id]': String(userId) }
    const entry = {
      'data[FIELDS][ID]': String(fieldId),
      'data[FIELDS][ENTITY_ID]': 'CRM_REQUISITE',
      'data[FIELDS][FIELD_NAME]': `UF_CRM_${fieldId}`,
      ts: String(ts),
      ...this.#auth(token),
      ...user,
    }
    const answer = await this.#posts(name, entry).catch(() => null)
    this.sent.push({ name, fieldId, ts, sentAt, answer })
  }

  #auth(token: string): Readonly<Record<string, string>> {
    return {
      'auth[domain]': DOMAIN,
      'auth[client_endpoint]': `https://${DOMAIN}/rest/`,
      'auth[server_endpoint]': 'https://oauth.bitrix.info/rest/',
      'auth[member_id]': MEMBER_ID,
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
