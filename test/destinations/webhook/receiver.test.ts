/** The receiver `webhook`: contract suite, and all settings together. */
import { describe, expect, test } from 'vitest'
import type { Receiver, Settings } from '../../../src/destinations/receiver.ts'
import { webhook } from '../../../src/destinations/webhook/receiver.ts'
import { describeDestination, MACHINE_ANSWERS } from '../../contract/destination-contract.ts'
import { anAnswer } from '../../support/builders/an-answer.ts'
import { SENT_AT } from '../../support/builders/a-delivery.ts'
import { opened, problemsOf } from '../../support/messages/opened-receiver.ts'

const URL_TEXT = 'https://erp.example.com/hooks/bitrix24?token=kq7Zt0eVb3'
const SECRET = `whsec_${btoa('an example secret of 32 bytes!!!')}`
const NEW_SECRET = `whsec_${btoa('another example, also 32 bytes!!')}`
const SEED = 's'.repeat(32)
const PUBLIC_KEY = '/sFChnP2r+iSZLOAc0SuiyadElpQOFUgJofbWnEoV58='
const KEY_PAIR = `whsk_${btoa(SEED + atob(PUBLIC_KEY))}`

describeDestination({
  type: webhook,
  settings: {
    url: URL_TEXT,
    secret: [SECRET, NEW_SECRET, `whsk_${btoa(SEED)}`],
    signature: 'both',
    headers: { authorization: 'Bearer rR3.vY9.pL1', 'x-api-key': 'hunter2' },
  },
  secrets: [
    URL_TEXT,
    'kq7Zt0eVb3',
    SECRET,
    NEW_SECRET,
    SECRET.slice(6),
    `whsk_${btoa(SEED)}`,
    'rR3.vY9.pL1',
    'hunter2',
  ],
  delivered: { status: 200 },
  ...MACHINE_ANSWERS,
  deliveryIdOf: ({ headers }) => headers['webhook-id'] ?? null,
  batch: {
    entriesOf: ({ body }) =>
      JSON.parse(body).data.events.map(({ id, ...content }: { id: string }) => ({ id, content })),
    singleOf: ({ headers, body }) => ({
      id: headers['webhook-id'] ?? null,
      content: JSON.parse(body),
    }),
  },
})

describe('webhook answers', () => {
  test.each([200, 201, 202, 204, 299])('a webhook takes status %i as delivered', (status) => {
    const answer = anAnswer({ status, body: '{"error":"no matter"}' })
    expect(open({}).judge(answer, SENT_AT)).toEqual({ kind: 'delivered', status })
  })
})

describe('webhook settings', () => {
  test('a webhook names its URL, its signing secrets and its extra headers as secrets', () => {
    const headers = { 'x-api-key': 'Key abcdef', 'x-tenant': 'acme' }
    const secret = [NEW_SECRET, KEY_PAIR]
    expect(open({ secret, signature: 'both', headers }).secrets).toEqual([
      URL_TEXT,
      '/hooks/bitrix24?token=kq7Zt0eVb3',
      'kq7Zt0eVb3',
      NEW_SECRET,
      NEW_SECRET.slice(6),
      KEY_PAIR,
      KEY_PAIR.slice(5),
      btoa(SEED),
      'Key abcdef',
      'abcdef',
    ])
  })

  test('a webhook without settings is told both that it needs', () => {
    expect(wrongSettings({})).toEqual(['url', 'secret'])
  })

  test('a webhook reports all wrong settings at once', () => {
    const wrong = { url: 'erp', secret: 'old', signature: 'v2', headers: { host: 'erp' } }
    expect(wrongSettings(wrong)).toEqual(['url', 'secret', 'signature', 'headers.host'])
  })

  test.each([
    ['url', { url: 'erp' }],
    ['secret', { secret: 'old' }],
    ['signature', { signature: 'v2' }],
    ['headers', { headers: [] }],
  ])('a webhook with a wrong %s alone is refused for that', (setting, changes) => {
    const settings = { url: URL_TEXT, secret: SECRET, ...changes }
    expect(wrongSettings(settings)).toEqual([setting])
  })
})

function open(settings: Settings): Receiver {
  return opened(webhook, { url: URL_TEXT, secret: SECRET, ...settings })
}

function wrongSettings(settings: Settings): readonly string[] {
  return problemsOf(webhook, settings).map((problem) => problem.split(':', 1)[0] ?? '')
}
