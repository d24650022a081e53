/** What is allowed in a configuration, and probably not meant so; and that no doubt shows a value. */
import { describe, expect, it } from 'vitest'
import { loadConfig, type Env } from '../../src/config/config.ts'
import { MAX_VARIABLE_BYTES } from '../../src/config/doubts.ts'
import { RUNTIME_BINDINGS } from '../support/worker/runtime-bindings.ts'
import { WEBHOOK_TOKEN } from '../support/identity.ts'

const CANARY = 'canary-4711-with-a-long-tail'
const ERP = {
  name: 'erp',
  type: 'webhook',
  url: 'https://erp.acme.test/hooks/bitrix24',
  secret: '$ERP_SIGNING_SECRET',
}

/** The doubts about the settings of the tests, with some of them replaced. */
function doubtsOf(settings: Readonly<Record<string, unknown>> = {}): readonly string[] {
  const all = { ...RUNTIME_BINDINGS, DESTINATIONS: [ERP], ...settings }
  // Sound: only settings are read here.
  return loadConfig(all as unknown as Env).doubts
}

describe('a configuration', () => {
  it('in which nothing is doubtful has no doubts', () => {
    expect(doubtsOf()).toEqual([])
  })

  it.each([
    ['onCrmDealAdd'],
    ['onCrmDynamicItemAdd_147'],
    ['onTask*'],
    ['onAppPayment'],
    ['robot_hint'],
    ['relay.portal.paid'],
    ['onImBotMessageAdd'],
  ])('whose list of events leaves %s of a destination in, or decides nothing of it', (name) => {
    const SUBSCRIBED_EVENTS = ['onCrmDeal*', 'onCrmDynamicItemAdd']
    const DESTINATIONS = [{ ...ERP, events: ['onCrmDealUpdate', name] }]
    const fallback = /told when others fail/
    const doubts = doubtsOf({ SUBSCRIBED_EVENTS, DESTINATIONS, OUTGOING_WEBHOOK_TOKENS: {} })
    expect(doubts.filter((doubt) => !fallback.test(doubt))).toEqual([])
  })

  it.each<[string, Record<string, unknown>, string]>([
    [
      'without destinations',
      { DESTINATIONS: [] },
      'DESTINATIONS names no destination: events are stored, and nobody is told',
    ],
    [
      'without an admin token',
      { ADMIN_TOKEN: '' },
      'ADMIN_TOKEN is not set: the dashboard, the admin API and /metrics answer 404',
    ],
    [
      'whose public address has a path',
      { PUBLIC_URL: 'https://relay.acme.test/bitrix24/events' },
      'PUBLIC_URL has a path: only its origin is used',
    ],
    [
      'with names joined by commas',
      { DESTINATIONS: [{ ...ERP, events: ['onCrmLeadAdd,onCrmDealAdd'] }] },
      'DESTINATIONS.erp.events holds a comma inside of a text: each name is a text of its own',
    ],
    [
      'with the URL of a portal',
      { DESTINATIONS: [{ ...ERP, portals: ['https://acme.bitrix24.com'] }] },
      'DESTINATIONS.erp.portals holds a URL: a portal is named by its domain alone',
    ],
    [
      'with an event that the list of events leaves out',
      {
        SUBSCRIBED_EVENTS: ['onCrmDeal*', 'onCrmDynamicItemAdd'],
        OUTGOING_WEBHOOK_TOKENS: {},
        DESTINATIONS: [{ ...ERP, events: ['onCrmDealAdd', 'onTaskAdd'] }],
      },
      'DESTINATIONS.erp.events names an event that SUBSCRIBED_EVENTS leaves out: no portal is asked for it',
    ],
    [
      'with token and domain the wrong way round',
      { OUTGOING_WEBHOOK_TOKENS: { 'acme.bitrix24.com': WEBHOOK_TOKEN } },
      'OUTGOING_WEBHOOK_TOKENS: entry 1 seems to be the wrong way round: the token comes first, and the domain of its portal behind it',
    ],
    [
      'with a destination that nobody tells about itself',
      { DESTINATIONS: [{ ...ERP, events: ['relay.*'] }] },
      'DESTINATIONS.erp is told when others fail, and nobody when it fails itself: set its fallback',
    ],
  ])('%s has one', (_, settings, doubt) => {
    expect(doubtsOf(settings)).toEqual([doubt])
  })

  it.each([
    'https://erp.example.com/hooks',
    'https://example.org/',
    'https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX',
    'https://your-erp.acme.test/',
  ])('with the placeholder %s has one, also where a secret holds it', (url) => {
    const doubt = 'DESTINATIONS.erp.url seems to be a placeholder: nobody is told there'
    expect(doubtsOf({ DESTINATIONS: [{ ...ERP, url }] })).toEqual([doubt])
    expect(doubtsOf({ DESTINATIONS: [{ ...ERP, url: '$ERP_URL' }], ERP_URL: url })).toEqual([doubt])
  })

  it('with a fallback that takes fewer portals has one', () => {
    const all = { ...ERP, portals: ['*'], fallback: 'acme' }
    const acme = { ...ERP, name: 'acme', portals: ['acme.bitrix24.com'] }
    expect(doubtsOf({ DESTINATIONS: [all, acme] })).toEqual([
      'DESTINATIONS.erp.fallback takes fewer portals than erp: of the others it is told nothing',
    ])
    const own = { ...all, portals: ['acme.bitrix24.com'] }
    expect(doubtsOf({ DESTINATIONS: [own, acme] })).toEqual([])
    expect(
      doubtsOf({
        DESTINATIONS: [
          { ...acme, fallback: 'erp' },
          { ...ERP, portals: ['*'] },
        ],
      }),
    ).toEqual([])
  })

  it('with a fallback, or with two that ask, has none about them', () => {
    const ops = { ...ERP, name: 'ops', events: ['relay.*'] }
    expect(doubtsOf({ DESTINATIONS: [{ ...ops, fallback: 'erp' }, ERP] })).toEqual([])
    expect(doubtsOf({ DESTINATIONS: [ops, { ...ops, name: 'chat' }] })).toEqual([])
  })
})

describe('a variable that nothing reads', () => {
  it.each([
    ['DESTINATION', { DESTINATIONS: undefined, DESTINATION: [ERP] }, 'DESTINATIONS'],
    [
      'SLACK_WEBHOOK',
      {
        SLACK_WEBHOOK_URL: '',
        SLACK_WEBHOOK: CANARY,
        DESTINATIONS: [ERP, { name: 'chat', type: 'slack', url: '$SLACK_WEBHOOK_URL' }],
      },
      'SLACK_WEBHOOK_URL',
    ],
    ['ADMIN_TOKN', { ADMIN_TOKEN: '', ADMIN_TOKN: CANARY }, 'ADMIN_TOKEN'],
  ])('%s is told with the name that is missing', (name, settings, near) => {
    const doubts = doubtsOf(settings)
    expect(doubts).toContain(`Nothing reads the variable ${name}: is ${near} meant?`)
    expect(doubts.join()).not.toContain(CANARY)
  })

  it('is not told while the name that it resembles is set, or resembles none', () => {
    expect(doubtsOf({ ADMIN_TOKEN_2: CANARY, SOMETHING_ELSE: CANARY, lower: CANARY })).toEqual([])
  })
})

describe('a variable near the limit of the platform', () => {
  it('is told with its size, as a text and as a table', () => {
    const long = 'x'.repeat(0.9 * MAX_VARIABLE_BYTES)
    expect(doubtsOf({ NOTES_OF_MINE: long })).toEqual([
      'NOTES_OF_MINE takes 4500 bytes: a deployment with more than about 5000 is refused by Cloudflare',
    ])
    const portals = Array.from({ length: 300 }, (_, n) => `p${n}.bitrix24.com`)
    const [doubt, ...others] = doubtsOf({ DESTINATIONS: [{ ...ERP, portals }] })
    expect(doubt).toMatch(/^DESTINATIONS takes \d+ bytes/)
    expect(others).toEqual([])
    expect(doubtsOf({ NOTES_OF_MINE: long.slice(1) })).toEqual([])
  })
})
