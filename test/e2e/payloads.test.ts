/**
 * Every recorded body through the whole route, against the installed portal of the fixtures: what the
 * caller is told, and what receivers get.
 */
import { reset } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MAX_BODY_BYTES } from '../../src/http/body.ts'
import type { AdaptableSettings } from '../support/worker/overrides.ts'
import { readDestinations } from '../../src/destinations/settings/read-destinations.ts'
import { BITRIX24_BODIES, bitrix24Body } from '../support/builders/bitrix24-bodies.ts'
import {
  aBitrix24,
  bitrix24Handler,
  type SimulatedBitrix24,
} from '../support/network/bitrix24-network.ts'
import { documentationSample } from '../support/builders/documentation-sample.ts'
import { answerOf, Edge, JSON_TYPE, watchLog } from '../support/worker/edge.ts'
import { Network } from '../support/network/network.ts'
import { SIGNING_SECRET } from '../support/worker/runtime-bindings.ts'
import { overrides } from '../support/worker/overrides.ts'
import { APPLICATION_TOKEN, MEMBER_ID } from '../support/identity.ts'

const STORED = { status: 200, body: { accepted: true, sequence: 1 } }
const ACCEPTED = { status: 200, body: { accepted: true } }
const UNTRUSTED = refusal(
  403,
  'untrusted',
  'The caller could not prove that it speaks for the portal',
)
const INVALID = refusal(400, 'invalid_event', 'The body is not an event of Bitrix24')
const PAGE = { status: 200, title: 'The relay is connected' }
const REFUSED_PAGE = { status: 403, title: 'The installation was not accepted' }

/** The answer to each body, by its file's name. */
const ANSWERS: Readonly<Record<string, unknown>> = {
  'app-ONAPPINSTALL-free-2022-shape': ACCEPTED,
  'app-ONAPPINSTALL-local': ACCEPTED,
  'app-ONAPPMETHODCONFIRM': ACCEPTED,
  'app-ONAPPTEST': ACCEPTED,
  'app-ONAPPUNINSTALL-clean': ACCEPTED,
  'app-ONAPPUNINSTALL-keep-data': ACCEPTED,
  'app-ONAPPUPDATE': ACCEPTED,
  'app-ONAPPUPDATE-new-application-token': ACCEPTED,
  'app-ONAPPUSERREADY': ACCEPTED,
  'app-OnAppSettingsInstall-url-settings': ACCEPTED,
  'app-ONCRMCOMPANYUSERFIELDUPDATE': STORED,
  'app-ONCRMCONTACTUSERFIELDUPDATE': STORED,
  'app-ONCRMDEALUPDATE': STORED,
  'app-ONCRMDEALUSERFIELDUPDATE': STORED,
  'app-ONCRMDYNAMICITEMUPDATE': STORED,
  'app-ONCRMINVOICEUSERFIELDUPDATE': STORED,
  'app-ONCRMLEADUSERFIELDUPDATE': STORED,
  'app-ONCRMQUOTEUSERFIELDUPDATE': STORED,
  'app-ONCRMREQUISITEUPDATE': STORED,
  'app-ONCRMREQUISITEUSERFIELDADD': STORED,
  'app-ONCRMREQUISITEUSERFIELDDELETE': STORED,
  'app-ONCRMREQUISITEUSERFIELDSETENUMVALUES': STORED,
  'app-ONCRMREQUISITEUSERFIELDUPDATE': STORED,
  'app-ONCRMREQUISITEUSERFIELDUPDATE-no-handler-id': STORED,
  'app-ONCRMREQUISITEUSERFIELDUPDATE-no-user-context': STORED,
  'app-ONCRMTYPEUSERFIELDUPDATE': STORED,
  'app-ONCRMTYPEUSERFIELDUPDATE-smart-invoice': STORED,
  'app-ONIMCONNECTORLINEDELETE-scalar-data': STORED,
  'app-ONOFFLINEEVENT': STORED,
  // The outgoing webhook's token is configured for the domain that the install has confirmed.
  'webhook-ONCRMDEALADD': STORED,
  'webhook-ONCRMREQUISITEUSERFIELDUPDATE': STORED,
  // Another portal, which has not been installed.
  'capture-ONCRMCONTACTADD-2024-b24phpsdk': UNTRUSTED,
  'capture-install-page-body-2024-b24phpsdk': REFUSED_PAGE,
  'doc-onCrmRequisiteUserFieldUpdate-verbatim': STORED,
  'install-page-body': PAGE,
  'neg-forged-application-token': UNTRUSTED,
  'neg-no-auth': INVALID,
  'neg-no-event': { status: 200, body: { accepted: true, sequence: 1, quarantined: true } },
  'neg-proto-pollution': STORED,
  // No bodies: the queries of the pages above, and the documentation's page itself.
  'install-page-query': INVALID,
  'capture-install-page-query-2024-b24phpsdk': INVALID,
  'documentation-page': INVALID,
}

/** The portal of the 2024 captures. */
const CAPTURED = {
  memberId: '010b6886ebc205e43ae65000ee00addb',
  domain: 'bitrix24-php-sdk-playground.bitrix24.com',
  applicationToken: '0123456789abcdef0123456789abcdef',
}

/** ONAPPUSERREADY's second pair belongs to the application's own user. */
const SYSTEM_ACCESS = '9049b16a0043d4ca0042213e000002000000070011223344556677889900aabbccddeeff'

let network: Network
let bitrix24: SimulatedBitrix24
let edge: Edge
let log: ReturnType<typeof watchLog>

beforeEach(() => {
  log = watchLog()
  bitrix24 = aBitrix24()
  network = new Network()
    .handle((request) => {
      const isSystem = request.body.includes(SYSTEM_ACCESS)
      return bitrix24Handler(isSystem ? { ...bitrix24, userId: 512 } : bitrix24)(request)
    })
    .handle(({ url }) => (url.startsWith('https://hooks.slack.com/') ? new Response('ok') : null))
    .handle(({ url }) => (url.startsWith('https://erp.example.com/') ? new Response('') : null))
  vi.spyOn(globalThis, 'fetch').mockImplementation(network.fetch)
  edge = new Edge()
})

afterEach(async () => {
  expect(network.unclaimed).toEqual([])
  expect(log.filter(({ level }) => level === 'error')).toEqual([])
  overrides.adapt = (settings) => settings
  vi.restoreAllMocks()
  await reset()
})

function refusal(status: number, code: string, message: string) {
  return { status, body: { error: { code, message } } }
}

/** JSON as it is, a page by its title. */
async function seen(response: Response): Promise<unknown> {
  if (!response.headers.get('content-type')?.startsWith('text/html')) return answerOf(response)
  const title = /<title>(.*?)<\/title>/.exec(await response.text())?.[1]
  return { status: response.status, title }
}

/** Installs the portal of the fixtures at this edge. */
async function install(): Promise<void> {
  expect(await answerOf(await edge.call(bitrix24Body('app-ONAPPINSTALL-local')))).toEqual(ACCEPTED)
}

/** The query that was recorded with a page, if the body is one. */
function pathOf(name: string): string {
  const query = name.includes('-page-body')
    ? `?${bitrix24Body(name.replace('-page-body', '-page-query'))}`
    : ''
  return query === '' ? '/bitrix24/events' : `/bitrix24/install${query}`
}

describe('POST /bitrix24/events answers every recorded body', () => {
  it('and every file has its expectation', () => {
    expect(Object.keys(ANSWERS).toSorted()).toEqual([...BITRIX24_BODIES.keys()].toSorted())
  })

  it.each([...BITRIX24_BODIES])('%s', async (name, body) => {
    await install()
    expect(await seen(await edge.call(body, { path: pathOf(name) }))).toEqual(ANSWERS[name])
  })

  it('on both routes alike', async () => {
    await install()
    const event = bitrix24Body('app-ONCRMREQUISITEUSERFIELDUPDATE')
    expect(await seen(await edge.call(event, { path: '/bitrix24/install' }))).toEqual(STORED)
    const page = bitrix24Body('install-page-body')
    const path = `/bitrix24/events?${bitrix24Body('install-page-query')}`
    expect(await seen(await edge.call(page, { path }))).toEqual(PAGE)
  })

  it('and nothing of the polluting body sticks to an object', async () => {
    await install()
    await edge.call(bitrix24Body('neg-proto-pollution'))
    expect('polluted' in {}).toBe(false)
  })
})

describe("the documentation page's own sample", () => {
  it('is accepted as a form and as JSON', async () => {
    await install()
    const form = bitrix24Body('doc-onCrmRequisiteUserFieldUpdate-verbatim')
    expect(await answerOf(await edge.call(form))).toEqual(STORED)
    const json = await edge.call(documentationSample(), { contentType: JSON_TYPE })
    expect(await answerOf(json)).toEqual({ status: 200, body: { accepted: true, sequence: 2 } })
    await vi.waitFor(() => expect(bodies()).toHaveLength(2))
    // The page shows an integer where the wire has a string: the receiver sees the same field.
    const [first, second] = bodies()
    expect(first?.data.fields).toEqual({
      ID: 235,
      ENTITY_ID: 'CRM_REQUISITE',
      FIELD_NAME: 'NEWTECH_v1_STRING',
    })
    expect(second?.data.fields).toEqual(first?.data.fields)
    expect(first).toMatchObject({
      type: 'bitrix24.crm.requisite_user_field.updated',
      timestamp: '2016-06-20T16:21:54Z',
    })
  })

  it('is refused under another token', async () => {
    await install()
    const forged = documentationSample().replace(APPLICATION_TOKEN, 'f'.repeat(32))
    expect(await answerOf(await edge.call(forged, { contentType: JSON_TYPE }))).toEqual(UNTRUSTED)
  })
})

describe('the captures of another portal', () => {
  it('are stored under that portal once it is installed', async () => {
    bitrix24 = aBitrix24({ memberId: CAPTURED.memberId, domain: CAPTURED.domain })
    const installBody = bitrix24Body('app-ONAPPINSTALL-local')
      .replaceAll(MEMBER_ID, CAPTURED.memberId)
      .replaceAll('acme.bitrix24.com', CAPTURED.domain)
      .replaceAll(APPLICATION_TOKEN, CAPTURED.applicationToken)
    expect(await answerOf(await edge.call(installBody))).toEqual(ACCEPTED)
    const event = bitrix24Body('capture-ONCRMCONTACTADD-2024-b24phpsdk')
    expect(await answerOf(await edge.call(event))).toEqual(STORED)
    const page = 'capture-install-page-body-2024-b24phpsdk'
    expect(await seen(await edge.call(bitrix24Body(page), { path: pathOf(page) }))).toEqual(PAGE)
    const acme = bitrix24Body('app-ONCRMREQUISITEUSERFIELDUPDATE')
    expect(await answerOf(await edge.call(acme))).toEqual(UNTRUSTED)
  })
})

interface SentBody {
  readonly type: string
  readonly timestamp: string | null
  readonly data: {
    readonly sequence: number
    readonly fields: unknown
    readonly payload?: unknown
  }
}

/** What the webhook received, in order. */
function bodies(): SentBody[] {
  // Sound: the relay's own bodies, of which the tests read a part.
  return network.to('erp.example.com').map(({ body }) => JSON.parse(body) as SentBody)
}

/** One webhook that wants everything. */
function everything(settings: AdaptableSettings): AdaptableSettings {
  const url = 'https://erp.example.com/hooks/bitrix24'
  const raw = [{ name: 'erp', type: 'webhook', url, secret: SIGNING_SECRET, events: ['*'] }]
  const read = readDestinations(raw, () => undefined, settings.policy)
  return { ...settings, destinations: read.ok ? read.value : null }
}

describe('receivers get every family', () => {
  const types = {
    'app-ONCRMREQUISITEUSERFIELDUPDATE': 'bitrix24.crm.requisite_user_field.updated',
    'app-ONCRMLEADUSERFIELDUPDATE': 'bitrix24.crm.lead_user_field.updated',
    'app-ONCRMDEALUSERFIELDUPDATE': 'bitrix24.crm.deal_user_field.updated',
    'app-ONCRMCONTACTUSERFIELDUPDATE': 'bitrix24.crm.contact_user_field.updated',
    'app-ONCRMCOMPANYUSERFIELDUPDATE': 'bitrix24.crm.company_user_field.updated',
    'app-ONCRMQUOTEUSERFIELDUPDATE': 'bitrix24.crm.quote_user_field.updated',
    'app-ONCRMINVOICEUSERFIELDUPDATE': 'bitrix24.crm.invoice_user_field.updated',
    'app-ONCRMTYPEUSERFIELDUPDATE': 'bitrix24.crm.type_user_field.updated',
    'app-ONCRMTYPEUSERFIELDUPDATE-smart-invoice': 'bitrix24.crm.type_user_field.updated',
    'app-ONCRMREQUISITEUSERFIELDADD': 'bitrix24.crm.requisite_user_field.added',
    'app-ONCRMREQUISITEUSERFIELDDELETE': 'bitrix24.crm.requisite_user_field.deleted',
    'app-ONCRMREQUISITEUSERFIELDSETENUMVALUES': 'bitrix24.crm.requisite_user_field.enum_values_set',
    'app-ONCRMREQUISITEUPDATE': 'bitrix24.event.oncrmrequisiteupdate',
    'app-ONCRMDEALUPDATE': 'bitrix24.event.oncrmdealupdate',
    'app-ONCRMDYNAMICITEMUPDATE': 'bitrix24.event.oncrmdynamicitemupdate',
    'app-ONIMCONNECTORLINEDELETE-scalar-data': 'bitrix24.event.onimconnectorlinedelete',
    'app-ONOFFLINEEVENT': 'bitrix24.event.onofflineevent',
    'webhook-ONCRMDEALADD': 'bitrix24.event.oncrmdealadd',
  }

  beforeEach(async () => {
    overrides.adapt = everything
    await install()
  })

  it('under its type, in the order of receipt', async () => {
    for (const name of Object.keys(types)) {
      expect((await edge.call(bitrix24Body(name))).status).toBe(200)
    }
    const count = Object.keys(types).length
    await vi.waitFor(() => expect(bodies()).toHaveLength(count))
    expect(bodies().map(({ type, data }) => [data.sequence, type])).toEqual(
      Object.values(types).map((type, index) => [index + 1, type]),
    )
  })

  it("and Bitrix24's own data where nothing is known of the event", async () => {
    const scalar = 'app-ONIMCONNECTORLINEDELETE-scalar-data'
    for (const name of ['app-ONCRMDYNAMICITEMUPDATE', scalar, 'app-ONOFFLINEEVENT']) {
      await edge.call(bitrix24Body(name))
    }
    await vi.waitFor(() => expect(bodies()).toHaveLength(3))
    expect(bodies().map(({ data }) => data.payload)).toEqual([
      { FIELDS: { ID: '3', ENTITY_TYPE_ID: '156' } },
      '107',
      null,
    ])
  })

  it('and the largest body as a whole (trap 3), and no empty one (trap 4)', async () => {
    const start = `${bitrix24Body('app-ONCRMDEALUPDATE')}&data[NOTE]=`
    const note = 'x'.repeat(MAX_BODY_BYTES - start.length)
    await edge.call(start + note)
    await vi.waitFor(() => expect(bodies()).toHaveLength(1))
    expect(Object(bodies()[0]?.data.payload)['NOTE'] === note).toBe(true)
  })

  it('but no lifecycle event', async () => {
    const names = Object.keys(ANSWERS).filter((name) => name.toUpperCase().startsWith('APP-ONAPP'))
    expect(names).toHaveLength(10)
    for (const name of names.filter((one) => !one.includes('UNINSTALL'))) {
      await edge.call(bitrix24Body(name))
    }
    // The first event of the log is the first that was none of them.
    const event = bitrix24Body('app-ONCRMREQUISITEUSERFIELDUPDATE')
    expect(await answerOf(await edge.call(event))).toEqual(STORED)
    await edge.call(bitrix24Body('app-ONAPPUNINSTALL-keep-data'))
    await vi.waitFor(() => expect(bodies().map(({ data }) => data.sequence)).toEqual([1]))
  })
})
