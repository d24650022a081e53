import { describe, expect, it } from 'vitest'
import { readWebhooks } from '../../src/config/outgoing-webhooks.ts'
import { SettingsReader } from '../../src/config/settings-reader.ts'
import { MEMBER_ID, WEBHOOK_TOKEN } from '../support/identity.ts'

const CANARY = 'canary'
const REST_URL = 'https://box.example.com:8443/rest/1/canary0123456789/'

function read(tokens: unknown, { allowLocal = false, ...more }: Record<string, unknown> = {}) {
  const reader = new SettingsReader({ ...more, OUTGOING_WEBHOOK_TOKENS: tokens })
  const webhooks = readWebhooks(reader, { allowLocal: allowLocal === true })
  return { webhooks, problems: reader.problems.map(({ problem }) => problem) }
}

describe('readWebhooks()', () => {
  const form = 'Must be a JSON object of application token to domain or member_id'
  const rest =
    'Entry 1 must have as rest the address of an incoming webhook of that portal, https://<portal>/rest/<user>/<secret>/, or the name of a secret that holds it ($NAME)'

  it('reads a domain or a member_id, in lower case', () => {
    expect(
      read({
        [WEBHOOK_TOKEN]: ' ACME.bitrix24.com ',
        [`${WEBHOOK_TOKEN}2`]: MEMBER_ID.toUpperCase(),
      }),
    ).toEqual({
      webhooks: [
        { token: WEBHOOK_TOKEN, portal: 'acme.bitrix24.com', rest: null },
        { token: `${WEBHOOK_TOKEN}2`, portal: MEMBER_ID, rest: null },
      ],
      problems: [],
    })
  })

  it.each([
    ['as a secret', '$REST'],
    ['as it is', REST_URL],
    ['without the last slash', REST_URL.slice(0, -1)],
  ])('reads the address for reading, %s', (_name, address) => {
    const entry = { portal: 'box.example.com:8443', rest: address }
    expect(read({ [WEBHOOK_TOKEN]: entry }, { REST: REST_URL })).toEqual({
      webhooks: [{ token: WEBHOOK_TOKEN, portal: 'box.example.com:8443', rest: REST_URL }],
      problems: [],
    })
  })

  it('takes an entry whose address for reading is wrong, without the address', () => {
    const entry = { portal: 'acme.com', rest: 'https://other.com/rest/1/canary/' }
    expect(read({ [WEBHOOK_TOKEN]: entry })).toEqual({
      webhooks: [{ token: WEBHOOK_TOKEN, portal: 'acme.com', rest: null }],
      problems: [rest],
    })
  })

  it('leaves a wrong entry out and goes on with the others', () => {
    const { webhooks } = read({ canary: 'acme.com', [WEBHOOK_TOKEN]: 'acme.com' })
    expect(webhooks).toEqual([{ token: WEBHOOK_TOKEN, portal: 'acme.com', rest: null }])
  })

  it('takes any portal in development only', () => {
    const any = { webhooks: [{ token: WEBHOOK_TOKEN, portal: '*', rest: null }], problems: [] }
    expect(read({ [WEBHOOK_TOKEN]: '*' }, { allowLocal: true })).toEqual(any)
    expect(read({ [WEBHOOK_TOKEN]: '*' }).webhooks).toEqual([])
  })

  it.each<[value: unknown, problem: string]>([
    ...[
      'https://acme.com/rest/',
      'http://acme.com/rest/1/canary/',
      'https://other.com/rest/1/canary/',
      '$UNSET',
    ].map((address): [unknown, string] => [
      { [`${CANARY}-token`]: { portal: 'acme.com', rest: address } },
      rest,
    ]),
    ['canary', `${form} (the text is not JSON)`],
    [['canary'], form],
    [{ [`${CANARY}-token`]: 47114711 }, form],
    [{ [`${CANARY}-token`]: { portal: 1 } }, form],
    [{ [`${CANARY}-token`]: { portal: 'acme.com', canary: 'x' } }, form],
    [
      { [WEBHOOK_TOKEN]: 'acme.com', canary: 'acme.com' },
      'Entry 2 must have an application token of 8 to 128 characters, without blanks',
    ],
    [
      { [`${CANARY}-token`]: 'https://canary.example/' },
      'Entry 1 must name a domain or a member_id',
    ],
    [
      { [`${CANARY}-token`]: '*' },
      'Entry 1 must not be "*", except with UNSAFE_ALLOW_LOCAL_ADDRESSES',
    ],
  ])('names what is wrong: %j', (value, problem) => {
    expect(read(value).problems).toEqual([problem])
  })
})
