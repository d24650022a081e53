/**
 * Storage that the former version wrote, opened by this one: what was stored is shown, delivered, replayed
 * and read with as if nothing had happened. test/fixtures/former-version/README.md tells what it holds.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../src/core/durations.ts'
import { DAILY_CRON, DRAIN_CRON } from '../../src/edge/cron.ts'
import { APPLICATION_GONE } from '../support/network/bitrix24-network.ts'
import { readFormerVersion } from '../support/storage/former-version.ts'
import { UNREACHABLE } from '../support/builders/an-intake.ts'
import { UNKNOWN_CLIENT_ID } from '../support/scenarios/relay-scenario.ts'
import { recordOf } from '../support/scenarios/upgrade-answers.ts'
import { UpgradeScenario } from '../support/scenarios/upgrade-scenario.ts'
import { APPLICATION_TOKEN, CLIENT_ID, NEW_TOKEN, WEBHOOK_TOKEN } from '../support/identity.ts'

/** The application tokens of the portal `application` beside the current one: the former one, one in the spill. */
const FORMER_TOKEN = APPLICATION_TOKEN
const SPILLED_TOKEN = 'd017d38f6bdb84e9d9e0bfe9d585be74'
const STRANGE_TOKEN = 'f'.repeat(32)

const REFUSED = { status: 403 }

const former = readFormerVersion()
let scenario: UpgradeScenario

// Each test opens several objects, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

beforeEach(() => {
  scenario = new UpgradeScenario(former)
})

afterEach(() => scenario.close())

function accepted(sequence: number) {
  return { status: 200, body: { accepted: true, sequence } }
}

/** The access token that the portal's REST was asked with. */
function authOf(request: { readonly body: string } | undefined): string | null {
  return new URLSearchParams(request?.body).get('auth')
}

/**
 * The former version showed the time of an attempt also when it was over; today it is null then. It had a lane for each
 * destination, also where `portals` leaves the portal out; today there is none, and so no fate. It did not say why an
 * event is missing.
 */
function asShownToday(told: object, now: number): object {
  const text = JSON.stringify(told, (key, value: unknown) => {
    if (value === 'filtered portal') return undefined
    if (key === 'missing' && Array.isArray(value)) return value.map(withoutReason)
    if (key === 'lanes' && Array.isArray(value)) return value.filter(isForPortal)
    const isPast = key === 'nextAttemptAt' && typeof value === 'string' && Date.parse(value) <= now
    return isPast ? null : value
  })
  // Sound: it was an object before.
  return JSON.parse(text) as object
}

function withoutReason(event: string): object {
  return { event, reason: null, remedy: null }
}

/** `portals` of the destination `elsewhere` takes none of the portals. */
function isForPortal({ destination }: { readonly destination: string }): boolean {
  return destination !== 'elsewhere'
}

describe('every portal of the former version', () => {
  it.each(Object.keys(former.portals))('%s is shown as that version showed it', async (name) => {
    scenario.portalIs = 'silent'
    await scenario.enter(name)
    const told = former.told[name] ?? {}
    expect(await scenario.told()).toMatchObject(asShownToday(told, scenario.time.now()))
    expect(scenario.logged).not.toContain('lanes_damaged')
  })
})

describe('an installed application of the former version', () => {
  let memberId: string

  beforeEach(async () => {
    memberId = await scenario.enter('application')
  })

  it('takes the next event with the current token, and with the one before it for a day', async () => {
    expect(await scenario.portal.sends(801, NEW_TOKEN)).toEqual(accepted(17))
    expect(await scenario.portal.sends(802, FORMER_TOKEN)).toEqual(accepted(18))
    expect(await scenario.portal.sends(803, STRANGE_TOKEN)).toMatchObject(REFUSED)
    scenario.time.passesWithoutAlarm(DAY_MS)
    scenario.relay.getsAnotherIsolate()
    expect(await scenario.portal.sends(804, NEW_TOKEN)).toEqual(accepted(19))
    expect(await scenario.portal.sends(805, FORMER_TOKEN)).toMatchObject(REFUSED)
  })

  it('knows a repeated event by what was stored of the first one', async () => {
    const answer = await scenario.portal.sends(237, NEW_TOKEN, {
      'data[FIELDS][FIELD_NAME]': 'UF_CRM_CITY',
    })
    expect(answer.body).toEqual({ accepted: true, sequence: 16, duplicate: true })
  })

  it('names nobody for an event that is bound to one user', async () => {
    const name = 'app-ONCRMREQUISITEUSERFIELDADD'
    expect(await scenario.portal.posts(name, NEW_TOKEN)).toEqual(accepted(17))
    expect((await scenario.admin('GET /events/17')).body.userId).toBeNull()
  })

  it('enriches the events that waited, with its tokens, and delivers them in order', async () => {
    scenario.relabel(235, 'Tax id')
    await scenario.explained()
    expect(scenario.delivered('erp')).toMatchObject([
      {
        id: `${memberId}-15`,
        sequence: 15,
        previousSequence: 14,
        enrichment: 'complete',
        changes: [{ attribute: 'EDIT_FORM_LABEL.en', before: 'Tax number', after: 'Tax id' }],
      },
      { id: `${memberId}-16`, sequence: 16, previousSequence: 15, changes: [] },
    ])
    const [read] = scenario.sentTo('shop.bitrix24.com')
    expect(authOf(read)).toBe('fresh-access-canary-1')
  })

  it('renews a pair that has expired with the refresh token that was stored', async () => {
    scenario.bitrix24.refreshes = 98
    scenario.network.handle(({ url, body }) =>
      url.startsWith('https://shop.bitrix24.com/') && !body.includes('auth=fresh-access-canary-99')
        ? Response.json({ error: 'expired_token', error_description: '' }, { status: 401 })
        : null,
    )
    await scenario.explained()
    const [refresh] = scenario.sentTo('oauth.bitrix.info')
    const form = new URLSearchParams(`${refresh?.body}&${new URL(refresh?.url ?? '').search}`)
    expect(form.get('refresh_token')).toBe('fresh-refresh-canary-1')
    expect(form.get('client_id')).toBe(CLIENT_ID)
    expect(scenario.delivered('erp')[0]).toMatchObject({ sequence: 15, enrichment: 'complete' })
  })

  it('administers with the pair of the installer', async () => {
    await scenario.explained()
    await scenario.cron(DAILY_CRON)
    await scenario.until(() => scenario.sentTo('event.get').length > 0)
    expect(authOf(scenario.sentTo('event.get')[0])).toBe('access-canary-shop-2')
  })

  it('sends a digest that was under way as the same message, at the time it waited for', async () => {
    await scenario.explained()
    await scenario.time.passes(HOUR_MS - MINUTE_MS)
    await scenario.until(async () => (await scenario.lane('billing')).state === 'active')
    expect(scenario.sentTo('chat')).toEqual([])
    await scenario.until(() => scenario.sentTo('chat').length > 0, SECOND_MS)
    expect(scenario.time.now()).toBeGreaterThanOrEqual(Date.UTC(2050, 2, 3, 1, 1, 27))
    const sent = JSON.parse(scenario.sentTo('chat')[0]?.body ?? '')
    // The block behind it tells that it is late, which the first one was not.
    expect(codesOf(sent.blocks[0]).length).toBeGreaterThan(2)
    expect(codesOf(sent.blocks[0])).toEqual(codesOf(former.digest.blocks[0]))
    await scenario.until(async () => (await scenario.lane('chat')).cursor >= 14)
    const together = { state: 'delivered', attempts: 2, digest: { first: 13, last: 14, count: 2 } }
    expect(await scenario.fate(13, 'chat')).toMatchObject(together)
    expect(await scenario.fate(14, 'chat')).toMatchObject(together)
  })

  it('goes on with a lane that retries: the same event first, then those behind it', async () => {
    await scenario.explained()
    await scenario.time.passes(97 * SECOND_MS)
    expect(scenario.sequences('billing')).toEqual([])
    await scenario.until(async () => (await scenario.lane('billing')).cursor === 16, SECOND_MS)
    expect(scenario.sequences('billing')).toEqual([3, 4, 5, 6, 7, 8, 10, 11, 13, 14, 15, 16])
    expect(scenario.delivered('billing').slice(0, 2)).toMatchObject([
      { sequence: 3, previousSequence: 2 },
      { sequence: 4, previousSequence: 3 },
    ])
    expect(await scenario.fate(3, 'billing')).toMatchObject({ state: 'delivered', attempts: 5 })
  })

  it('keeps a paused lane paused until it is resumed, and parked events parked', async () => {
    await scenario.explained()
    expect(await scenario.lane('archive')).toMatchObject({ state: 'paused', cursor: 3 })
    await scenario.admin('POST /lanes/archive/resume')
    await scenario.until(async () => (await scenario.lane('archive')).cursor === 16)
    expect(scenario.delivered('archive')[0]).toMatchObject({ sequence: 4, previousSequence: 3 })
  })

  it('keeps a disabled lane disabled, as no setting has changed, and tries it when it is time', async () => {
    await scenario.explained()
    const names = ['gone', 'closed', 'wrong']
    const states = await Promise.all(names.map(async (name) => (await scenario.lane(name)).state))
    expect(states).toEqual(['disabled', 'disabled', 'disabled'])
    await scenario.time.passes(DAY_MS - 2 * MINUTE_MS)
    expect(scenario.sentTo('closed')).toEqual([])
    await scenario.until(() => scenario.sentTo('closed').length > 0, 5 * SECOND_MS)
    expect(scenario.time.now()).toBeGreaterThanOrEqual(Date.UTC(2050, 2, 4, 0, 0, 46, 500))
    expect(scenario.sentTo('gone.example.com')).toEqual([])
    await scenario.admin('POST /lanes/gone/resume')
    await scenario.until(() => scenario.sequences('gone').length > 0)
    expect(scenario.delivered('gone')[0]).toMatchObject({ sequence: 3, previousSequence: null })
  })

  it('lets a destination that is configured again go on behind what it had', async () => {
    const known = former.destinations['application'] ?? []
    const old = { ...known[0], name: 'old', url: 'https://old.example.com/' }
    scenario.relay.isConfigured([...known, old])
    await scenario.view()
    await scenario.until(() => scenario.sequences('old').length >= 2)
    expect(scenario.delivered('old')).toMatchObject([
      { sequence: 15, previousSequence: 14 },
      { sequence: 16, previousSequence: 15 },
    ])
  })

  it('works a replay off that was under way', async () => {
    await scenario.explained()
    await scenario.until(async () => (await scenario.lane('audit')).replaying === 0, SECOND_MS)
    const replayed = scenario.delivered('audit').filter((message) => message.replayed)
    expect(replayed).toMatchObject([{ id: `${memberId}-8`, sequence: 8, previousSequence: 7 }])
    expect(await scenario.fate(8, 'audit')).toMatchObject({ state: 'delivered', attempts: 4 })
    expect(await scenario.lane('audit')).toMatchObject({ parked: 0 })
  })

  it('replays what is older than the rest with the sequence that was before it', async () => {
    await scenario.explained()
    await scenario.admin('POST /lanes/erp/replay', { from: 3, to: 4 })
    await scenario.until(() => scenario.sequences('erp').includes(4), SECOND_MS)
    expect(scenario.delivered('erp').slice(-2)).toMatchObject([
      { sequence: 3, previousSequence: 2, replayed: true },
      { sequence: 4, previousSequence: 3, replayed: true },
    ])
  })

  it('replays what was parked', async () => {
    await scenario.explained()
    const route = 'POST /lanes/team/replay'
    const dry = await scenario.admin(`${route}?dryRun=true`, { parked: true })
    expect(dry.body.replayed).toBe(6)
    expect((await scenario.admin(route, { parked: true })).body.replayed).toBe(6)
    await scenario.until(async () => (await scenario.lane('team')).parked === 0, SECOND_MS)
    expect(await scenario.fate(7, 'team')).toMatchObject({ state: 'delivered', attempts: 2 })
  })

  it('keeps what receivers asked for: the chat that moved, the permission to send', async () => {
    await scenario.explained()
    await scenario.until(() => scenario.sentTo('sendMessage').length > 0, SECOND_MS)
    const chats = scenario.sentTo('sendMessage').map(({ body }) => JSON.parse(body).chat_id)
    expect(new Set(chats)).toEqual(new Set(['-100777']))
    await scenario.until(() => scenario.sentTo('in').length === 2, SECOND_MS)
    expect(scenario.sentTo('in').map(({ method }) => method)).toEqual(['POST', 'POST'])
  })

  it('opens the own value of the portal', async () => {
    await scenario.explained()
    await scenario.until(() => scenario.sequences('own').length === 2)
    expect(scenario.sequences('own')).toEqual([15, 16])
  })

  it('tells a difference that was seen once when it is seen the second time', async () => {
    await scenario.explained()
    scenario.relabel(240, 'Telefax')
    scenario.time.passesWithoutAlarm(35 * SECOND_MS)
    await scenario.until(() => scenario.sequences('erp').includes(17), SECOND_MS)
    expect(scenario.time.now()).toBeLessThan(former.takenAt + MINUTE_MS)
    expect(scenario.delivered('erp').at(-1)).toMatchObject({
      sequence: 17,
      origin: 'reconciled',
      fields: { ID: 240 },
      changes: [{ attribute: 'EDIT_FORM_LABEL.en', before: 'Fax', after: 'Telefax' }],
    })
  })

  it('tells what a thin event had left open', async () => {
    await scenario.explained()
    scenario.relabel(236, 'VAT id')
    scenario.time.passesWithoutAlarm(35 * SECOND_MS)
    await scenario.until(() => scenario.sequences('erp').includes(17), SECOND_MS)
    expect(scenario.delivered('erp').at(-1)).toMatchObject({
      sequence: 17,
      origin: 'reconciled',
      user: { id: 1 },
      fields: { ID: 236 },
      changes: [{ before: 'VAT number', after: 'VAT id' }],
      completes: [14],
    })
  })

  it('takes what was spilled in order, the sealed update of its application included', async () => {
    await scenario.cron(DRAIN_CRON)
    expect((await scenario.admin('GET /events?limit=2')).body.events).toMatchObject([
      { sequence: 18, fields: { ID: 702 } },
      { sequence: 17, fields: { ID: 701 }, receivedAt: '2050-03-03T00:01:44.000Z' },
    ])
    expect(Object.keys(await scenario.kv()).filter((key) => key.startsWith('spill:'))).toEqual([])
    expect(await scenario.portal.sends(806, SPILLED_TOKEN)).toEqual(accepted(19))
    expect(await scenario.portal.sends(807, NEW_TOKEN)).toEqual(accepted(20))
  })

  it('is known to the edge by its record in KV alone', async () => {
    scenario.relay.getsAnotherIsolate({ PORTALS: { getByName: UNREACHABLE } })
    const spilled = { accepted: true, via: 'spill' }
    expect((await scenario.portal.sends(808, NEW_TOKEN)).body).toEqual(spilled)
    expect((await scenario.portal.sends(809, FORMER_TOKEN)).body).toEqual(spilled)
    expect((await scenario.portal.sends(810, STRANGE_TOKEN)).status).toBe(503)
  })
})

describe('a portal of an outgoing webhook', () => {
  const BODY = 'webhook-ONCRMREQUISITEUSERFIELDUPDATE'

  beforeEach(async () => {
    await scenario.enter('outgoing-webhook')
  })

  it('is the one portal that the token stays pinned to', async () => {
    expect(await scenario.portal.posts(BODY, WEBHOOK_TOKEN)).toEqual(accepted(4))
    const another = { 'auth[member_id]': 'b'.repeat(32) }
    expect(await scenario.portal.posts(BODY, WEBHOOK_TOKEN, another)).toMatchObject(REFUSED)
  })

  it('waits for the end of a hold that another portal was told', async () => {
    await scenario.view()
    await scenario.until(() => scenario.sequences('erp').length === 2, SECOND_MS)
    expect(scenario.delivered('erp')).toMatchObject([
      { sequence: 2, previousSequence: 1 },
      { sequence: 3, previousSequence: 2 },
    ])
    await scenario.time.passes(50 * MINUTE_MS)
    await scenario.until(() => scenario.sentTo('chat').length > 0, 10 * SECOND_MS)
    expect(scenario.time.now()).toBeGreaterThanOrEqual(Date.UTC(2050, 2, 3, 1, 1, 27))
    await scenario.until(async () => (await scenario.lane('chat')).cursor === 3)
    expect(scenario.sentTo('chat')).toHaveLength(1)
  })
})

describe('a portal whose uninstall was on its way', () => {
  it('stores the spilled event first, then ends, and keeps the sequence', async () => {
    await scenario.enter('leaving')
    scenario.bitrix24.portalRefusal = APPLICATION_GONE
    await scenario.cron(DRAIN_CRON)
    const { state, head } = await scenario.view()
    expect({ state, head }).toEqual({ state: 'uninstalled', head: 3 })
    expect((await scenario.admin('GET /events/3')).body.fields).toMatchObject({ ID: 703 })
    expect(await scenario.portal.sends(811, APPLICATION_TOKEN)).toMatchObject(REFUSED)
  })
})

describe('the tombstone of an uninstalled portal', () => {
  it('makes up for the write that KV had refused, and still delivers what waits', async () => {
    const memberId = await scenario.enter('uninstalled')
    const key = `install:${memberId}`
    expect(recordOf((await scenario.kv())[key])).toMatchObject({ generation: 0 })
    await scenario.view()
    await scenario.until(
      async () => recordOf((await scenario.kv())[key])['generation'] === 1,
      SECOND_MS,
    )
    await scenario.until(() => scenario.sequences('erp').length > 0, SECOND_MS)
    expect(scenario.delivered('erp')).toMatchObject([
      { id: `${memberId}-2`, previousSequence: 1, portal: { domain: 'former.bitrix24.com' } },
    ])
    expect(await scenario.portal.sends(812, APPLICATION_TOKEN)).toMatchObject(REFUSED)
  })

  it.each(['uninstalled', 'erased'])(
    'of %s lets no install of before in, and goes on counting',
    async (name) => {
      await scenario.enter(name)
      const [row] = former.portals[name]?.rows['install'] ?? []
      const ts = Number(recordOf(row?.['install'])['uninstallTs'])
      const install = (at: number) =>
        scenario.portal.posts('app-ONAPPINSTALL-local', APPLICATION_TOKEN, { ts: at })
      expect(await install(ts)).toMatchObject(REFUSED)
      expect(await install(ts + 1)).toMatchObject({ status: 200 })
      expect(await scenario.portal.sends(813, APPLICATION_TOKEN)).toEqual(accepted(3))
      const { state, head } = await scenario.view()
      expect({ state, head }).toEqual({ state: 'active', head: 3 })
    },
  )
})

describe('an install that waits', () => {
  it('for its application is told, and trusted as soon as that is configured', async () => {
    await scenario.enter('pending-application')
    expect((await scenario.health()).body.pending).toEqual([
      expect.stringContaining(
        `portal waiting.bitrix24.com installed application ${UNKNOWN_CLIENT_ID}`,
      ),
    ])
    scenario.relay.isConfigured(former.destinations['others'] ?? [], {
      [UNKNOWN_CLIENT_ID]: 'canary-of-the-secret',
    })
    Object.assign(scenario.bitrix24, { clientId: UNKNOWN_CLIENT_ID })
    await scenario.until(async () => (await scenario.view()).state === 'active', SECOND_MS)
    const [refresh] = scenario.sentTo('oauth.bitrix.info')
    expect(`${refresh?.url}${refresh?.body}`).toContain('refresh-canary-waiting')
    expect(await scenario.portal.sends(814, APPLICATION_TOKEN)).toEqual(accepted(1))
    const isNamed = async () => (await scenario.health()).body.pending !== undefined
    await scenario.until(async () => !(await isNamed()), SECOND_MS)
  })

  it('for the OAuth server is asked about, each of them, as soon as that answers', async () => {
    await scenario.enter('pending-unanswered')
    await scenario.until(async () => {
      const { state, pending } = await scenario.view()
      return state === 'active' && pending === null
    }, SECOND_MS)
    const asked = scenario.sentTo('app.info').map(authOf)
    expect(asked).toEqual(
      expect.arrayContaining(['access-canary-silent-1', 'access-canary-silent-2']),
    )
    expect(await scenario.portal.sends(815, NEW_TOKEN)).toEqual(accepted(1))
    expect(await scenario.portal.sends(816, FORMER_TOKEN)).toEqual(accepted(2))
  })
})

describe('rows in the shapes of versions before that', () => {
  it('of the first schema: what waits is delivered, and the next event is enriched', async () => {
    await scenario.enter('older-0001')
    await scenario.view()
    await scenario.until(() => scenario.sequences('erp').includes(6), SECOND_MS)
    expect(await scenario.portal.sends(817, APPLICATION_TOKEN)).toEqual(accepted(7))
    await scenario.until(() => scenario.sequences('erp').includes(7))
    expect(scenario.delivered('erp')).toMatchObject([
      { sequence: 6, previousSequence: 5, enrichment: 'not_applicable' },
      { sequence: 7, previousSequence: 6, enrichment: 'unavailable' },
    ])
    expect(authOf(scenario.sentTo('older.bitrix24.com').at(-1))).toBe('access-canary-older-system')
  })

  it('of the first schema: what is parked is replayed, and a paused lane tells a digest', async () => {
    await scenario.enter('older-0001')
    await scenario.admin('POST /lanes/chat/resume')
    const replay = await scenario.admin('POST /lanes/erp/replay', { parked: true })
    expect(replay.body.replayed).toBe(1)
    scenario.time.passesWithoutAlarm(HOUR_MS)
    await scenario.until(async () => (await scenario.lane('chat')).cursor === 6, SECOND_MS)
    expect(await scenario.fate(6, 'chat')).toMatchObject({
      digest: { first: 4, last: 6, count: 3 },
    })
    await scenario.until(async () => (await scenario.lane('erp')).parked === 0, SECOND_MS)
  })

  it('of the second schema: what waits is enriched and delivered in order', async () => {
    await scenario.enter('older-0002')
    scenario.relabel(237, 'Town')
    await scenario.view()
    await scenario.until(() => scenario.sequences('erp').includes(3))
    expect(scenario.delivered('erp')).toMatchObject([
      { sequence: 2, previousSequence: 1, origin: 'reconciled', changes: [{ after: 'VAT no.' }] },
      { sequence: 3, previousSequence: 2, origin: 'event', changes: [{ after: 'Town' }] },
    ])
    expect(authOf(scenario.sentTo('old.bitrix24.com')[0])).toBe('access-canary-old-system')
    expect(await scenario.portal.sends(818, APPLICATION_TOKEN)).toEqual(accepted(4))
  })

  it('of the second schema: a new destination begins where none could be read', async () => {
    await scenario.enter('older-0002')
    expect(await scenario.lane('chat')).toMatchObject({ cursor: 0, backlog: 3 })
    scenario.time.passesWithoutAlarm(HOUR_MS)
    await scenario.until(async () => (await scenario.lane('chat')).cursor === 3, SECOND_MS)
    expect(await scenario.fate(1, 'chat')).toMatchObject({
      digest: { first: 1, last: 3, count: 3 },
    })
  })

  it('of the second schema: a difference that was noted in full is told when it stands', async () => {
    await scenario.enter('older-0002')
    scenario.relabel(238, 'Sort')
    await scenario.view()
    await scenario.until(() => scenario.sequences('erp').includes(3))
    await scenario.until(() => scenario.sequences('erp').includes(4), 10 * SECOND_MS)
    expect(scenario.delivered('erp').at(-1)).toMatchObject({
      sequence: 4,
      origin: 'reconciled',
      changes: [{ attribute: 'EDIT_FORM_LABEL.en', before: 'Kind', after: 'Sort' }],
    })
  })
})

/** The codes and values that a block tells; the words around them are those of each version. */
function codesOf(block: unknown): readonly string[] {
  const texts = [...JSON.stringify(block).matchAll(/"text":"([^"]*)","style":\{"code":true\}/g)]
  return texts.map(([, text = '']) => text).toSorted()
}
