/** The receiver `mattermost`: contract suite, which URLs are taken, private addresses, and one message of each kind. */
import { describe, expect, test } from 'vitest'
import {
  isMattermostError,
  readMattermostPayload,
} from '../../../playground/receivers/mattermost-payload.ts'
import type { AddressPolicy } from '../../../src/core/safety/address.ts'
import { NO_MEMORY } from '../../../src/core/lanes/receiver-memory.ts'
import type { Delivery, Receiver } from '../../../src/destinations/receiver.ts'
import { mattermost } from '../../../src/destinations/mattermost/receiver.ts'
import { sendParcel } from '../../../src/destinations/send.ts'
import { describeDestination } from '../../contract/destination-contract.ts'
import { SENT_AT, aDelivery, anEnrichment, anEvent } from '../../support/a-delivery.ts'

const KEY = 'playgroundplaygroundplaygr'
const URL_TEXT = `https://chat.example.com/hooks/${KEY}`
const STRICT = { allowLocal: false }
const LOCAL = { allowLocal: true }
const LINK = 'https://acme.bitrix24.com/crm/configs/fields/CRM_DEAL/edit/UF_CRM_TAX/'
const NO_HOOK = 'url: Must be an incoming webhook whose path ends with /hooks/ and its key'
const REMEDY = 'set allowPrivate = true for a server of your own network'

describeDestination({
  type: mattermost,
  settings: { url: URL_TEXT },
  secrets: [URL_TEXT, `/hooks/${KEY}`, KEY],
  delivered: { status: 200, body: 'ok' },
  transient: [
    [{ status: 500 }, 'http_500'],
    [{ status: 503, body: 'Service Unavailable' }, 'http_503'],
    [{ status: 429, body: 'limit exceeded' }, 'rate_limited'],
    [{ status: 302 }, 'redirect'],
    [{ status: 405 }, 'http_405'],
    [{ status: 201, body: 'ok' }, 'http_201'],
    [{ status: 200 }, 'unexpected_body'],
    [{ status: 200, body: '<!doctype html>' }, 'unexpected_body'],
    [{ status: 200, body: '{"status":"OK"}' }, 'unexpected_body'],
  ],
  messageRejected: [
    [error('parse', 400), 'invalid_payload'],
    [error('text', 400), 'no_text'],
    [{ status: 400 }, 'http_400'],
    [{ status: 413 }, 'http_413'],
  ],
  endpointRejected: [
    [error('channel', 404), { reason: 'channel_not_found', probe: true }],
    [error('channel_locked', 403), { reason: 'channel_locked', probe: true }],
    [error('permissions', 403), { reason: 'no_permission', probe: true }],
    [error('user', 400), { reason: 'user_not_found', probe: true }],
    [error('disabled', 501), { reason: 'webhooks_disabled', probe: true }],
    [error('invalid', 400), { reason: 'webhook_not_found', probe: true }],
    [
      { status: 404, body: '{"message":"Couldn\'t find the channel."}' },
      { reason: 'channel_not_found', probe: true },
    ],
    [{ status: 401 }, { reason: 'http_401', probe: true }],
    [{ status: 403 }, { reason: 'http_403', probe: true }],
    [{ status: 404 }, { reason: 'http_404', probe: true }],
    [{ status: 410 }, { reason: 'http_410', probe: true }],
    [{ status: 501 }, { reason: 'http_501', probe: true }],
  ],
  rateLimited: { status: 429, body: 'limit exceeded' },
})

describe('mattermost settings', () => {
  test.each([
    URL_TEXT,
    `https://example.com/chat/hooks/${KEY}`,
    `https://chat.example.com:8443/hooks/x`,
  ])('mattermost accepts %s', (url) => {
    expect(problemsOf({ url })).toEqual([])
  })

  test.each([
    'https://chat.example.com/',
    'https://chat.example.com/hooks/',
    `https://chat.example.com/hooks/${KEY}/x`,
    `https://chat.example.com/api/v4/posts`,
    'https://chat.example.com/hooks/commands/x/y',
  ])('mattermost refuses %s, which is no incoming webhook', (url) => {
    expect(problemsOf({ url })).toEqual([NO_HOOK])
  })

  test('mattermost names its URL, path and key as secrets', () => {
    expect(open({ url: URL_TEXT }).secrets).toEqual([URL_TEXT, `/hooks/${KEY}`, KEY])
  })

  test.each([
    [`https://192.168.1.5/hooks/${KEY}`, 'private addresses are refused'],
    [`https://[fd12::5]/hooks/${KEY}`, 'private addresses are refused'],
    [`https://chat.internal/hooks/${KEY}`, 'local names are refused'],
  ])('mattermost takes %s only with allowPrivate, and says so', (url, problem) => {
    for (const allowPrivate of [undefined, false, 'false']) {
      const settings = allowPrivate === undefined ? { url } : { url, allowPrivate }
      expect(problemsOf(settings)).toEqual([
        `url: Must name a public host as ${problem}: ${REMEDY}`,
      ])
    }
    for (const allowPrivate of [true, 'true']) {
      expect(problemsOf({ url, allowPrivate })).toEqual([])
    }
  })

  test('mattermost takes a single label on any port only with allowPrivate', () => {
    const url = `https://mattermost:8065/hooks/${KEY}`
    expect(problemsOf({ url })).toEqual([`url: Must use port 443 or 8443: ${REMEDY}`])
    expect(problemsOf({ url, allowPrivate: true })).toEqual([])
  })

  test.each([
    [`http://192.168.1.5/hooks/${KEY}`, 'url: Must begin with https://'],
    [
      `https://127.0.0.1/hooks/${KEY}`,
      'url: Must name a public host as private addresses are refused',
    ],
    [`https://localhost/hooks/${KEY}`, 'url: Must name a public host as local names are refused'],
    [
      `https://169.254.169.254/hooks/${KEY}`,
      'url: Must name a public host as metadata services are refused',
    ],
    ['https://192.168.1.5/', NO_HOOK],
  ])('mattermost refuses %s even with allowPrivate', (url, problem) => {
    expect(problemsOf({ url, allowPrivate: true })).toEqual([problem])
  })

  test.each([1, 'yes', null, []])('mattermost refuses allowPrivate = %j', (allowPrivate) => {
    expect(problemsOf({ url: URL_TEXT, allowPrivate })).toEqual([
      'allowPrivate: Must be true or false',
    ])
  })

  test('allowPrivate counts for its own destination when it is sent to, and for no other', async () => {
    const url = `https://192.168.1.5:8065/hooks/${KEY}`
    const own = open({ url, allowPrivate: true })
    const other = open({ url: URL_TEXT })
    expect(own.policy).toEqual({ allowLocal: false, allowPrivate: true })
    expect(other.policy).toEqual({ allowLocal: false, allowPrivate: false })
    expect(await sendTo(own)).toEqual({ urls: [url], outcome: { kind: 'delivered', status: 200 } })
    expect(await sendTo({ ...own, policy: other.policy })).toMatchObject({
      urls: [],
      outcome: { kind: 'rejected', reason: 'refused_address', detail: 'unknown_port' },
    })
  })

  test('mattermost accepts any path of a local receiver, where local addresses are allowed', () => {
    expect(problemsOf({ url: 'http://localhost:8788/x' }, LOCAL)).toEqual([])
    expect(problemsOf({ url: 'https://chat.example.com/x' }, LOCAL)).toEqual([NO_HOOK])
  })
})

describe('mattermost messages', () => {
  test('an updated field tells label, code, user and every difference', async () => {
    const enrichment = anEnrichment({
      changes: [
        { attribute: 'MANDATORY', before: 'N', after: 'Y' },
        { attribute: 'EDIT_FORM_LABEL.en', before: 'Tax *no.*', after: 'Tax number' },
        { attribute: 'HELP_MESSAGE.en', before: null, after: 'As on `paper`' },
        { attribute: '- NEW:x', before: '1', after: '2' },
      ],
    })
    expect(await payloadOf([aDelivery({ enrichment, link: LINK })])).toEqual({
      attachments: [
        {
          fallback:
            'Requisite field “Tax number” (UF_CRM_TAX): settings changed by Anna Petrova in ' +
            'acme.bitrix24.com; Label (en): Tax ∗no․∗ → Tax number; Mandatory: no → yes; ' +
            'Help text (en): empty → As on ˋpaperˋ; ‐ NEW∶x: 1 → 2',
          text: [
            '**Tax number** `UF_CRM_TAX`',
            'Requisite field: settings changed by **Anna Petrova**',
            '',
            '- Label (en): `Tax *no.*` → `Tax number`',
            '- Mandatory: `no` → `yes`',
            '- Help text (en): *empty* → `As on ˋpaperˋ`',
            '- ‐ NEW∶x: `1` → `2`',
            '',
            `[Open in Bitrix24](${LINK})`,
          ].join('\n'),
          footer: 'acme.bitrix24.com · 2026-09-21 14:13 UTC',
        },
      ],
    })
  })

  test('an event that is not about user fields tells its name and ids', async () => {
    const event = anEvent({
      name: 'ONCRMDYNAMICITEMUPDATE',
      field: null,
      data: { FIELDS: { ID: '12', ENTITY_TYPE_ID: 130 } },
    })
    expect(await payloadOf([aDelivery({ event })])).toEqual({
      attachments: [
        {
          fallback: 'Bitrix24 event onCrmDynamicItemUpdate caused by user 1 in acme.bitrix24.com',
          text: [
            '**onCrmDynamicItemUpdate**',
            'Bitrix24 event caused by **user 1**; ID: `12`; ENTITY_TYPE_ID: `130`',
          ].join('\n'),
          footer: 'acme.bitrix24.com · 2026-09-21 14:13 UTC',
        },
      ],
    })
  })

  test('a test says that it is a test', async () => {
    const delivery = aDelivery({ id: 'test-1', sequence: null, domain: null, memberId: '' })
    expect(await payloadOf([delivery])).toEqual({
      attachments: [
        {
          fallback: 'Test message of bitrix24-event-relay',
          text: [
            '**Test message of bitrix24-event-relay**',
            'The relay reaches this channel. Nothing changed in Bitrix24',
          ].join('\n'),
          footer: '2026-09-21 14:13 UTC',
        },
      ],
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
    const note = 'Details are not known: the portal did not answer in time'
    expect(await payloadOf([aDelivery({ enrichment })])).toEqual({
      attachments: [
        {
          fallback: `Requisite field (UF_CRM_TAX): settings changed by user 1 in acme.bitrix24.com; ${note}`,
          text: ['`UF_CRM_TAX`', 'Requisite field: settings changed by **user 1**', '', note].join(
            '\n',
          ),
          footer: 'acme.bitrix24.com · 2026-09-21 14:13 UTC',
        },
      ],
    })
  })

  test('a digest tells every field under its heading and from when to when', async () => {
    const vat = {
      family: 'requisite',
      action: 'added',
      id: 236,
      entityId: 'CRM_REQUISITE',
      fieldName: 'UF_CRM_VAT',
    } as const
    const deliveries = [
      aDelivery({ enrichment: anEnrichment() }),
      aDelivery({
        event: anEvent({ ts: 1_790_000_600, field: vat }),
        enrichment: anEnrichment({
          field: { label: 'VAT #' },
          changes: [{ attribute: 'USER_TYPE_ID', before: null, after: 'string' }],
        }),
      }),
    ] as const
    expect(await payloadOf(deliveries)).toEqual({
      attachments: [
        {
          fallback:
            '2 changes of settings in 2 fields in acme.bitrix24.com; Tax number UF_CRM_TAX: ' +
            'settings changed by Anna Petrova; VAT ＃ UF_CRM_VAT: created by Anna Petrova',
          text: [
            '**2 changes of settings in 2 fields**',
            '',
            '**Tax number** `UF_CRM_TAX`: settings changed by **Anna Petrova**',
            '',
            '- Label (en): `Tax no.` → `Tax number`',
            '',
            '**VAT ＃** `UF_CRM_VAT`: created by **Anna Petrova**',
            '',
            '- Type: `string`',
          ].join('\n'),
          footer: 'acme.bitrix24.com · 2026-09-21 14:13 – 14:23 UTC',
        },
      ],
    })
  })

  test('a digest that is too long tells as much as fits, how much is missing and where it is', async () => {
    const [first = aDelivery(), ...others] = Array.from({ length: 50 }, (_, id) => {
      const { field } = anEvent()
      return aDelivery({
        event: anEvent({ field: field === null ? null : { ...field, id } }),
        enrichment: anEnrichment({
          changes: [{ attribute: 'SETTINGS.X', before: 'a'.repeat(150), after: 'b'.repeat(150) }],
        }),
      })
    })
    const { attachments } = await payloadOf([first, ...others], {
      dashboard: 'https://relay.example.com/admin/x',
    })
    const [{ text, fallback }] = attachments
    const shown = text.match(/^- /gm)?.length ?? 0
    expect(JSON.stringify({ attachments }).length).toBeLessThanOrEqual(14_000)
    expect(JSON.stringify({ attachments }).length).toBeGreaterThan(13_000)
    expect(fallback.length).toBeLessThanOrEqual(1200)
    expect(text).toContain(
      `\n\nand ${50 - shown} more [Show all](https://relay.example.com/admin/x)`,
    )
  })

  test('own wording is the text and its values are inert', async () => {
    const template = '**{{code}}** by {{user}}: {{#changes}}{{text}}{{/changes}}'
    const enrichment = anEnrichment({ userName: '@all' })
    expect(await payloadOf([aDelivery({ enrichment })], { template })).toEqual({
      attachments: [
        {
          fallback:
            'Requisite field “Tax number” (UF_CRM_TAX): settings changed by ＠all in ' +
            'acme.bitrix24.com; Label (en): Tax no. → Tax number',
          text: '**UF_CRM_TAX** by ＠all: Label (en): Tax no. → Tax number',
        },
      ],
    })
  })

  test('a portal that is no plain host is inert in the fallback', async () => {
    const { attachments } = await payloadOf([aDelivery({ domain: 'a b.c @all' })])
    expect(attachments[0].fallback).toMatch(/ in a b․c ＠all$/)
    expect(attachments[0].footer).toBe('a b.c @all · 2026-09-21 14:13 UTC')
  })
})

function error(name: string, status: number): { status: number; body: string } {
  return { status, body: `{"id":"web.incoming_webhook.${name}.app_error","status_code":${status}}` }
}

interface Payload {
  readonly attachments: readonly [
    { readonly fallback: string; readonly text: string; readonly footer?: string },
  ]
}

async function payloadOf(
  deliveries: readonly [Delivery, ...Delivery[]],
  {
    dashboard = null,
    template = null,
  }: { dashboard?: string | null; template?: string | null } = {},
): Promise<Payload> {
  const destination = open({ url: URL_TEXT }, template)
  const parcel = { deliveries, dashboard }
  const { body } = await destination.prepare(parcel, { now: SENT_AT, memory: NO_MEMORY })
  const read = readMattermostPayload(JSON.parse(body))
  if (isMattermostError(read)) throw new Error(read.message)
  // Sound: the simulator's own checker has taken it, and the tests compare it as a whole.
  return read as unknown as Payload
}

function open(settings: object, template: string | null = null): Receiver {
  const created = mattermost.create({ ...settings }, { policy: STRICT, language: 'en', template })
  if (!created.ok) throw new Error(JSON.stringify(created.error))
  return created.value
}

function problemsOf(settings: object, policy: AddressPolicy = STRICT): readonly string[] {
  const created = mattermost.create({ ...settings }, { policy, language: 'en', template: null })
  return created.ok ? [] : created.error.map(({ setting, problem }) => `${setting}: ${problem}`)
}

async function sendTo(destination: Receiver): Promise<{ urls: string[]; outcome: unknown }> {
  const urls: string[] = []
  const { outcome } = await sendParcel(
    destination,
    { deliveries: [aDelivery()], dashboard: null },
    {
      fetch: async (url) => {
        urls.push(url)
        return new Response('ok')
      },
      now: () => SENT_AT,
      timeoutMs: 1000,
      memory: NO_MEMORY,
    },
  )
  return { urls, outcome }
}
