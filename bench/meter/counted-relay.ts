/**
 * The real relay in virtual time, with a meter at everything that is billed: the routes of `createApp`, and the
 * portal's object with the settings of the deployment, over the runtime's own SQLite.
 */
import { createApp, createPortalSettings } from '../../src/app.ts'
import type { Env } from '../../src/config/config.ts'
import { PortalObject } from '../../src/portal/portal.ts'
import { VirtualNetwork } from '../../test/simulation/cast/network.ts'
import { VirtualKv } from '../../test/simulation/machine/kv.ts'
import { VirtualTime } from '../../test/simulation/machine/virtual-time.ts'
import { aBitrix24, bitrix24Handler } from '../../test/support/network/bitrix24-network.ts'
import { dealEvent, fieldEvent, installEvent, type Sender } from '../event-body.ts'
import { noCounts } from '../cost/counts.ts'
import { PORTAL_MS, RECEIVER_MS, type Loop } from '../cost/loops.ts'
import { meterKv, neighbourNamespace, portalNamespace } from './metered-bindings.ts'
import { MeteredObject } from './metered-object.ts'
import { takeOverGlobals } from './virtual-globals.ts'
import { APPLICATION_TOKEN, CLIENT_ID, MEMBER_ID } from '../../test/support/identity.ts'

const BEGIN = Date.UTC(2026, 8, 21)
const FIELDS = Array.from({ length: 100 }, (_, index) => 235 + index)

/** The network needs this long to carry a request and its answer, in milliseconds. */
const WAYS_MS = 40

const SENDER: Sender = {
  memberId: MEMBER_ID,
  domain: 'acme.bitrix24.com',
  applicationToken: APPLICATION_TOKEN,
}

/** The names of the receivers. */
export const RECEIVERS = ['a', 'b', 'c']

const VARS = {
  BITRIX24_CLIENT_ID: CLIENT_ID,
  BITRIX24_CLIENT_SECRET: 'client-secret',
  TOKEN_KEYS: '{"k1":"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="}',
}

function destinationOf(name: string): unknown {
  const url = `https://${name}.example.com/`
  const secret = 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE='
  return { name, type: 'webhook', url, secret, events: ['*'] }
}

/** A turn in workerd: everything has run that needs no time. */
async function nextTurn(): Promise<void> {
  for (let times = 0; times < 3; times += 1) await new Response('turn').text()
}

/**
 * The same response with a body that is there as a whole. One of the runtime's own kind comes in pieces, a turn
 * of the event loop for each, and virtual time would go on meanwhile.
 */
async function withQuickBody(response: Response): Promise<Response> {
  const bytes = new Uint8Array(await response.arrayBuffer())
  const body = new ReadableStream({
    start: (controller) => {
      controller.enqueue(bytes)
      controller.close()
    },
  })
  return new Response(body, response)
}

/** A relay with its portal and its receivers, in virtual time. */
export class CountedRelay {
  readonly time = new VirtualTime(BEGIN, nextTurn)
  readonly counts = noCounts()
  readonly object: MeteredObject
  readonly bitrix24 = aBitrix24({ memberId: SENDER.memberId, domain: SENDER.domain })
  /** How many messages the receivers got. */
  received = 0
  readonly #kv: unknown
  #app = createApp()
  #destinations = '[]'
  #env: Env
  #edits = 0

  constructor(ctx: DurableObjectState) {
    const { time, counts } = this
    this.#kv = meterKv(new VirtualKv(time), counts)
    this.object = new MeteredObject({
      ctx,
      name: SENDER.memberId,
      time,
      counts,
      create: (own) => new PortalObject(own, {}, createPortalSettings(this.#env)),
    })
    this.#env = this.#newEnv()
    const network = new VirtualNetwork(time)
    network.handle(async ({ url }) => {
      if (!/\/\/[abc]\.example\.com\//.test(url)) return null
      await time.sleep(RECEIVER_MS - WAYS_MS)
      this.received += 1
      return new Response(null, { status: 200 })
    })
    const answer = bitrix24Handler(this.bitrix24)
    network.handle(async (request) => {
      await time.sleep(PORTAL_MS - WAYS_MS)
      const response = await answer(request)
      return response && withQuickBody(response)
    })
    network.install()
    takeOverGlobals(time, { send: globalThis.fetch, onTrouble: (line) => this.#fails(line) })
    for (const id of FIELDS) {
      this.bitrix24.rest.fields.set(id, {
        ID: String(id),
        ENTITY_ID: 'CRM_REQUISITE',
        FIELD_NAME: `UF_CRM_${id}`,
        USER_TYPE_ID: 'string',
        SORT: '100',
      })
    }
    this.bitrix24.rest.users.set(1, 'Anna')
  }

  /** Sends one event of a kind; a field is edited before. */
  async sends({ kind, isEdgeCold }: Loop): Promise<void> {
    if (isEdgeCold) this.#beginsAnew()
    this.#edits += 1
    const ts = Math.floor(this.time.now() / 1000)
    const number = this.#edits
    if (kind === 'thin') return this.takes(dealEvent(SENDER, { id: number, ts }))
    const id = FIELDS[number % FIELDS.length] ?? 0
    const { fields } = this.bitrix24.rest
    fields.set(id, { ...fields.get(id), SORT: String(1000 + number) })
    return this.takes(fieldEvent(SENDER, { id, ts }))
  }

  /** Takes the event of the installation. */
  installs(): Promise<void> {
    return this.takes(installEvent(SENDER, Math.floor(this.time.now() / 1000)))
  }

  /** Takes one request; fails unless it is answered with 200. */
  async takes(body: string): Promise<void> {
    this.counts.workerRequests += 1
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(body.length),
      'cf-connecting-ip': '203.0.113.7',
    }
    const url = 'https://relay.example.com/bitrix24/events'
    const request = new Request(url, { method: 'POST', headers, body })
    const ctx = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} }
    const response = await this.#app.fetch(request, this.#env, ctx)
    if (response.status !== 200) this.#fails(`${response.status} ${await response.text()}`)
  }

  /** Throws when anything has gone wrong. */
  check(): void {
    if (this.object.failure !== null) throw this.object.failure
    if (this.object.isAwake) throw new Error('The object is awake although nothing is left to do')
  }

  /** Deploys other receivers: the next life of the object knows them. */
  deploys(names: readonly string[]): void {
    this.#destinations = JSON.stringify(names.map(destinationOf))
    this.#beginsAnew()
  }

  #fails(line: string): void {
    this.object.failure ??= new Error(line)
  }

  #beginsAnew(): void {
    this.#app = createApp()
    this.#env = this.#newEnv()
  }

  #newEnv(): Env {
    const bindings = {
      INSTALLS: this.#kv,
      PORTALS: portalNamespace(this.object),
      DIRECTORY: neighbourNamespace(this.counts),
      PACERS: neighbourNamespace(this.counts),
    }
    // Sound: these have the methods of the bindings that the relay calls.
    return { ...VARS, DESTINATIONS: this.#destinations, ...bindings } as unknown as Env
  }
}
