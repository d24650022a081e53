/** The receiver `discord`: contract suite, its errors and waits, which URLs are taken, and one message of each kind. */
import { describe, expect, test } from 'vitest'
import { isObject } from '../../../playground/receivers/json.ts'
import { findMessageErrors } from '../../../playground/receivers/discord-embeds.ts'
import { NO_MEMORY } from '../../../src/core/lanes/receiver-memory.ts'
import type { Delivery, Receiver, Verdict } from '../../../src/destinations/receiver.ts'
import { discord } from '../../../src/destinations/discord/receiver.ts'
import { describeDestination } from '../../contract/destination-contract.ts'
import { anAnswer } from '../../support/an-answer.ts'
import { RECEIVED_AT, SENT_AT, aDelivery, anEnrichment, anEvent } from '../../support/a-delivery.ts'

const TOKEN = 'ABCDEFGHijklmnop-_0123456789'
const PATH = `/api/webhooks/1290000000000000001/${TOKEN}`
const URL_TEXT = `https://discord.com${PATH}`
const STRICT = { allowLocal: false }
const LOCAL = { allowLocal: true }
const LINK = 'https://acme.bitrix24.com/crm/configs/fields/CRM_DEAL/edit/UF_CRM_TAX/'
const BARRED = '<!DOCTYPE html><html><body>error code: 1015</body></html>'

const UNKNOWN = '{"message":"Unknown Webhook","code":10015}'
const WRONG_TOKEN = '{"message":"Invalid Webhook Token","code":50027}'
const EMPTY = '{"message":"Cannot send an empty message","code":50006}'
const INVALID = '{"message":"Invalid Form Body","code":50035,"errors":{}}'
const TOO_LARGE = '{"message":"Request entity too large","code":40005}'

describeDestination({
  type: discord,
  settings: { url: URL_TEXT },
  secrets: [URL_TEXT, `${URL_TEXT}?wait=true`, PATH, TOKEN],
  urlOf: (url) => `${url}?wait=true`,
  delivered: { status: 200, body: '{"id":"1290000000000000101","type":0}' },
  transient: [
    [{ status: 500 }, 'http_500'],
    [{ status: 503, body: 'Service Unavailable' }, 'http_503'],
    [{ status: 429 }, 'rate_limited'],
    [{ status: 429, body: BARRED }, 'rate_limited'],
    [{ status: 403, body: BARRED }, 'rate_limited'],
    [{ status: 302 }, 'redirect'],
    [{ status: 405 }, 'http_405'],
    [{ status: 204 }, 'http_204'],
    [{ status: 200 }, 'unexpected_body'],
    [{ status: 200, body: 'ok' }, 'unexpected_body'],
    [{ status: 200, body: '<html></html>' }, 'unexpected_body'],
  ],
  messageRejected: [
    [{ status: 400, body: EMPTY }, 'empty_message'],
    [{ status: 400, body: INVALID }, 'invalid_form_body'],
    [{ status: 413, body: TOO_LARGE }, 'request_entity_too_large'],
    [{ status: 400 }, 'http_400'],
    [{ status: 413 }, 'http_413'],
  ],
  endpointRejected: [
    [
      { status: 404, body: UNKNOWN },
      { reason: 'unknown_webhook', probe: false },
    ],
    [
      { status: 401, body: WRONG_TOKEN },
      { reason: 'invalid_webhook_token', probe: false },
    ],
    [
      { status: 404, body: '{"message":"404: Not Found","code":0}' },
      { reason: 'http_404', probe: false },
    ],
    [{ status: 404 }, { reason: 'http_404', probe: false }],
    [{ status: 401 }, { reason: 'http_401', probe: true }],
    [{ status: 403 }, { reason: 'http_403', probe: true }],
  ],
  rateLimited: { status: 429, body: '{"message":"You are being rate limited."}' },
})

describe('discord answers', () => {
  test('a rate limit tells its wait as a fraction of seconds', () => {
    const body = '{"message":"You are being rate limited.","retry_after":1.337,"global":false}'
    expect(judge(429, body)).toMatchObject({ reason: 'rate_limited', retryAfterMs: 1337 })
  })

  test('an address that Cloudflare bars is told no wait and no fault of its own', () => {
    expect(judge(429, BARRED)).toMatchObject({
      kind: 'unreachable',
      reason: 'rate_limited',
      retryAfterMs: null,
    })
  })

  test('a success whose headers say that the limit is met holds the next message back', () => {
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset-after': '1.845' }
    expect(judge(200, '{"id":"1"}', headers)).toEqual({
      kind: 'delivered',
      status: 200,
      holdMs: 1845,
    })
  })

  test('a success with room left holds nothing back', () => {
    const headers = { 'x-ratelimit-remaining': '1', 'x-ratelimit-reset-after': '1.845' }
    expect(judge(200, '{"id":"1"}', headers)).toEqual({ kind: 'delivered', status: 200 })
  })
})

describe('discord settings', () => {
  test.each([
    URL_TEXT,
    `https://discordapp.com${PATH}`,
    `https://canary.discord.com${PATH}`,
    `https://ptb.discord.com${PATH}`,
    `https://discord.com/api/v10/webhooks/1/${TOKEN}`,
    `https://discord.com:443${PATH}`,
  ])('discord accepts %s and asks to wait for the answer', async (url) => {
    expect(await urlFor(url)).toBe(`${new URL(url).href}?wait=true`)
  })

  test.each([
    [`${URL_TEXT}?thread_id=42`, `${URL_TEXT}?thread_id=42&wait=true`],
    [`${URL_TEXT}?wait=false`, `${URL_TEXT}?wait=true`],
    [`${URL_TEXT}?wait=true&thread_id=42`, `${URL_TEXT}?wait=true&thread_id=42`],
  ])('discord makes of %s the address %s', async (url, expected) => {
    expect(await urlFor(url)).toBe(expected)
  })

  test('a webhook has one limit under every host, version and thread', () => {
    const keys = [
      URL_TEXT,
      `https://canary.discord.com/api/v10/webhooks/1290000000000000001/${TOKEN}?thread_id=42`,
    ].map((url) => open(url).paceKey)
    expect(keys).toEqual(Array(2).fill(`/webhooks/1290000000000000001/${TOKEN}`))
    expect(open(`https://discord.com/api/webhooks/2/${TOKEN}`).paceKey).not.toBe(keys[0])
  })

  test('discord names its URLs, path and token as secrets', () => {
    expect(open(`${URL_TEXT}?thread_id=1290000000000`).secrets).toEqual([
      `${URL_TEXT}?thread_id=1290000000000`,
      `${PATH}?thread_id=1290000000000`,
      '1290000000000000001',
      TOKEN,
      '1290000000000',
      `${URL_TEXT}?thread_id=1290000000000&wait=true`,
      `${PATH}?thread_id=1290000000000&wait=true`,
    ])
  })

  test.each([
    `https://discord.com.example.com${PATH}`,
    `https://example.com${PATH}`,
    `https://evil-discord.com${PATH}`,
    `https://cdn.discord.com${PATH}`,
    `https://discord.com:8443${PATH}`,
    `https://discord.com.${PATH}`,
  ])('discord refuses the foreign host of %s', (url) => {
    const problem =
      'Must be a URL of discord.com, discordapp.com, canary.discord.com, ptb.discord.com'
    for (const policy of [STRICT, LOCAL])
      expect(problemsOf(url, policy)).toEqual([`url: ${problem}`])
  })

  test.each(['slack', 'github', 'slack/'])('discord refuses the route /%s', (route) => {
    const name = route.replace('/', '')
    const problem = `Must be the webhook itself, which takes Discord's own form: remove /${name} from its end`
    expect(problemsOf(`${URL_TEXT}/${route}`, STRICT)).toEqual([`url: ${problem}`])
  })

  test.each([
    'https://discord.com/',
    'https://discord.com/api/webhooks/',
    'https://discord.com/api/webhooks/1290000000000000001',
    `https://discord.com/api/webhooks/name/${TOKEN}`,
    `https://discord.com/webhooks/1/${TOKEN}`,
    `${URL_TEXT}/messages/1`,
    'https://discord.com/api/channels/1/messages',
    'https://discord.com/channels/1/2',
  ])('discord refuses %s, which is no webhook', (url) => {
    const problem =
      'Must be a webhook as the channel settings give it: /api/webhooks/ with its id and token'
    expect(problemsOf(url, STRICT)).toEqual([`url: ${problem}`])
  })

  test('discord accepts a local receiver only where local addresses are allowed', () => {
    const url = 'http://localhost:8788/api/webhooks/1/x'
    expect(problemsOf(url, LOCAL)).toEqual([])
    expect(problemsOf(url, STRICT)).toEqual(['url: Must begin with https://'])
  })
})

describe('discord messages', () => {
  test('an updated field tells label, code, user and every difference', async () => {
    const enrichment = anEnrichment({
      changes: [
        { attribute: 'MANDATORY', before: 'N', after: 'Y' },
        { attribute: 'EDIT_FORM_LABEL.en', before: 'Tax *no.*', after: 'Tax number' },
        { attribute: 'HELP_MESSAGE.en', before: null, after: 'As on `paper`' },
        { attribute: 'X_NEW', before: '1', after: '2' },
      ],
    })
    expect(await payloadOf([aDelivery({ enrichment, link: LINK })])).toEqual({
      embeds: [
        {
          title: 'Tax number `UF_CRM_TAX`',
          description: [
            'Requisite field: settings changed by **Anna Petrova**',
            '',
            '- Label (en): `Tax *no.*` → `Tax number`',
            '- Mandatory: `no` → `yes`',
            '- Help text (en): *empty* → As on \\`paper\\`',
            '- X\\_NEW: `1` → `2`',
            '',
            `[Open in Bitrix24](${LINK})`,
          ].join('\n'),
          footer: { text: 'acme.bitrix24.com' },
          timestamp: '2026-09-21T14:13:20.000Z',
        },
      ],
      allowed_mentions: { parse: [] },
    })
  })

  test('an event that is not about user fields tells its name and ids', async () => {
    const event = anEvent({
      name: 'ONCRMDYNAMICITEMUPDATE',
      field: null,
      data: { FIELDS: { ID: '12', ENTITY_TYPE_ID: 130 } },
    })
    expect(await payloadOf([aDelivery({ event })])).toEqual({
      embeds: [
        {
          title: 'onCrmDynamicItemUpdate',
          description: 'Bitrix24 event caused by **user 1**; ID: `12`; ENTITY\\_TYPE\\_ID: `130`',
          footer: { text: 'acme.bitrix24.com' },
          timestamp: '2026-09-21T14:13:20.000Z',
        },
      ],
      allowed_mentions: { parse: [] },
    })
  })

  test('a test says that it is a test', async () => {
    expect(await payloadOf([aDelivery({ id: 'test-1', sequence: null })])).toEqual({
      embeds: [
        {
          title: 'Test message of bitrix24-event-relay',
          description: 'The relay reaches this channel. Nothing changed in Bitrix24',
          footer: { text: 'acme.bitrix24.com' },
          timestamp: '2026-09-21T14:13:20.000Z',
        },
      ],
      allowed_mentions: { parse: [] },
    })
  })

  test('a thin event says what is known and why it is no more', async () => {
    const enrichment = anEnrichment({
      status: 'unavailable',
      reason: 'timeout',
      changes: null,
      field: null,
      userName: null,
    })
    expect(await payloadOf([aDelivery({ enrichment })])).toEqual({
      embeds: [
        {
          title: '`UF_CRM_TAX`',
          description: 'Requisite field: settings changed by **user 1**',
          footer: {
            text: 'acme.bitrix24.com · Details are not known: the portal did not answer in time',
          },
          timestamp: '2026-09-21T14:13:20.000Z',
        },
      ],
      allowed_mentions: { parse: [] },
    })
  })

  test('a digest tells every field under its heading and from when to when', async () => {
    const other = anEvent({
      ts: 1_790_000_600,
      field: {
        family: 'requisite',
        action: 'added',
        id: 236,
        entityId: 'CRM_REQUISITE',
        fieldName: 'UF_CRM_VAT',
      },
    })
    const deliveries = [
      aDelivery({ enrichment: anEnrichment() }),
      aDelivery({
        event: other,
        enrichment: anEnrichment({
          field: { label: 'VAT #' },
          changes: [{ attribute: 'USER_TYPE_ID', before: null, after: 'string' }],
        }),
      }),
    ] as const
    expect(await payloadOf(deliveries)).toEqual({
      embeds: [
        {
          title: '2 changes of settings in 2 fields',
          description: [
            '**Tax number** `UF_CRM_TAX`: settings changed by **Anna Petrova**',
            '- Label (en): `Tax no.` → `Tax number`',
            '',
            '**VAT \\#** `UF_CRM_VAT`: created by **Anna Petrova**',
            '- Type: `string`',
            '',
            '<t:1790000000:f> – <t:1790000600:f>',
          ].join('\n'),
          footer: { text: 'acme.bitrix24.com' },
          timestamp: '2026-09-21T14:23:20.000Z',
        },
      ],
      allowed_mentions: { parse: [] },
    })
  })

  test('a title that is too long stands in the description instead', async () => {
    const label = '*'.repeat(140)
    const { embeds } = await payloadOf([
      aDelivery({ enrichment: anEnrichment({ field: { label } }) }),
    ])
    expect(embeds[0]).not.toHaveProperty('title')
    expect(String(embeds[0]?.['description']).split('\n')[0]).toBe(
      `**${'\\*'.repeat(140)}** \`UF_CRM_TAX\``,
    )
  })

  test('a digest that is too long tells as much as fits, how much is missing and where it is', async () => {
    const deliveries = Array.from({ length: 40 }, (_, index) =>
      aDelivery({
        event: anEvent({
          field: {
            family: 'requisite',
            action: 'updated',
            id: index,
            entityId: 'CRM_REQUISITE',
            fieldName: `UF_CRM_${index}`,
          },
        }),
        enrichment: anEnrichment({
          changes: [{ attribute: 'SETTINGS.X', before: 'a'.repeat(150), after: 'b'.repeat(150) }],
        }),
      }),
    )
    const [first = aDelivery(), ...others] = deliveries
    const { embeds } = await payloadOf([first, ...others], 'https://relay.example.com/admin/x')
    const description = String(embeds[0]?.['description'])
    const shown = description.match(/^- /gm)?.length ?? 0
    expect(description.length).toBeLessThanOrEqual(4096)
    expect(description.length).toBeGreaterThan(3500)
    expect(description).toContain(
      `\n\nand ${40 - shown} more [Show all](https://relay.example.com/admin/x)`,
    )
  })

  test('own wording is the description and its values are inert', async () => {
    const template = '**{{code}}** by {{user}}: {{#changes}}{{text}}{{/changes}}'
    const enrichment = anEnrichment({ userName: '@everyone' })
    expect(await payloadOf([aDelivery({ enrichment })], null, template)).toEqual({
      embeds: [
        {
          description: '**UF\\_CRM\\_TAX** by \\@everyone: Label (en): Tax no\\. → Tax number',
        },
      ],
      allowed_mentions: { parse: [] },
    })
  })
})

type Payload = { readonly embeds: readonly Readonly<Record<string, unknown>>[] }

async function payloadOf(
  deliveries: readonly [Delivery, ...Delivery[]],
  dashboard: string | null = null,
  template: string | null = null,
): Promise<Payload> {
  const destination = open(URL_TEXT, template)
  const request = await destination.prepare(
    { deliveries, dashboard },
    { now: SENT_AT, memory: NO_MEMORY },
  )
  const payload: unknown = JSON.parse(request.body)
  if (!isObject(payload) || !Array.isArray(payload['embeds'])) throw new Error(request.body)
  expect(findMessageErrors(payload)).toEqual([])
  return { ...payload, embeds: payload['embeds'].filter(isObject) }
}

async function urlFor(url: string): Promise<string> {
  const parcel = { deliveries: [aDelivery()] as const, dashboard: null }
  return (await open(url).prepare(parcel, { now: SENT_AT, memory: NO_MEMORY })).url
}

function open(url: string, template: string | null = null): Receiver {
  const created = discord.create({ url }, { policy: STRICT, language: 'en', template })
  if (!created.ok) throw new Error(JSON.stringify(created.error))
  return created.value
}

function problemsOf(url: string, policy: typeof STRICT): readonly string[] {
  const created = discord.create({ url }, { policy, language: 'en', template: null })
  return created.ok ? [] : created.error.map(({ setting, problem }) => `${setting}: ${problem}`)
}

function judge(status: number, body: string, headers: Record<string, string> = {}): Verdict {
  return open(URL_TEXT).judge(anAnswer({ status, body, headers }), RECEIVED_AT)
}
