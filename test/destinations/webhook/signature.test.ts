/** Signatures of a `webhook`, checked by the official library (`v1`) and by WebCrypto (`v1a`). */
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Delivery, OutgoingRequest } from '../../../src/destinations/receiver.ts'
import { readSigning } from '../../../src/destinations/webhook/secrets.ts'
import { signContent } from '../../../src/destinations/webhook/signature.ts'
import { webhook } from '../../../src/destinations/webhook/receiver.ts'
import { SENT_AT, aDelivery } from '../../support/builders/a-delivery.ts'
import { aParcel, opened, problemsOf, requestOf } from '../../support/messages/opened-receiver.ts'

const URL_TEXT = 'https://erp.example.com/hooks/bitrix24'
const SECRET = `whsec_${btoa('an example secret of 32 bytes!!!')}`
const NEW_SECRET = `whsec_${btoa('another example, also 32 bytes!!')}`

// RFC 8032, section 7.1, tests 1 and 2.
const SEED = bytesOf('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60')
const PUBLIC_KEY = bytesOf('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a')
const SIGNATURE_OF_NOTHING = bytesOf(
  'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
)
const OTHER_SEED = bytesOf('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb')
const OTHER_PUBLIC_KEY = bytesOf('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c')

const KEY = `whsk_${base64Of(SEED)}`
const KEY_PAIR = `whsk_${base64Of([...SEED, ...PUBLIC_KEY])}`
const OTHER_KEY = `whsk_${base64Of(OTHER_SEED)}`

beforeEach(() => {
  vi.useFakeTimers({ now: SENT_AT, toFake: ['Date'] })
})

afterEach(() => {
  vi.useRealTimers()
})

describe('signContent()', () => {
  test.each([SECRET, KEY])('imports the key of %s once', async (text) => {
    const read = readSigning(text, text === KEY ? 'v1a' : 'v1')
    const [secret] = read.ok ? read.value : []
    if (secret === undefined) throw new Error('The secret is not read')
    const imported = vi.spyOn(crypto.subtle, 'importKey')
    const content = new TextEncoder().encode('1.2.{}')
    const first = await signContent(content, secret)
    expect(await signContent(content, secret)).toBe(first)
    expect(imported).toHaveBeenCalledTimes(1)
    imported.mockRestore()
  })

  test.each([
    ['a seed', KEY],
    ['seed and public key', KEY_PAIR],
  ])("signs with %s as RFC 8032's own example", async (_what, text) => {
    const read = readSigning(text, 'v1a')
    if (!read.ok || read.value[0] === undefined) throw new Error(JSON.stringify(read))
    expect(await signContent(new Uint8Array(), read.value[0])).toBe(
      `v1a,${base64Of(SIGNATURE_OF_NOTHING)}`,
    )
  })
})

describe('v1', () => {
  test('the official library verifies a delivery', async () => {
    const { headers, body } = await prepare({ secret: SECRET })
    expect(new Webhook(SECRET).verify(body, { ...headers })).toEqual(JSON.parse(body))
  })

  test('the official library verifies a batch', async () => {
    const [first, last] = [aDelivery(), aDelivery({ id: 'm-43', sequence: 43 })]
    const receiver = opened(webhook, { url: URL_TEXT, secret: SECRET })
    const { headers, body } = await requestOf(receiver, aParcel([first, last]))
    expect(new Webhook(SECRET).verify(body, { ...headers })).toMatchObject({
      type: 'bitrix24.batch',
      data: { events: [{ id: first.id }, { id: 'm-43' }] },
    })
    const changed = () => new Webhook(SECRET).verify(`${body} `, { ...headers })
    expect(changed).toThrow('No matching signature found')
  })

  test('while rotating the holders of both secrets verify a delivery, nobody else does', async () => {
    const { headers, body } = await prepare({ secret: [NEW_SECRET, SECRET] })
    expect(headers['webhook-signature']?.split(' ')).toHaveLength(2)
    expect(() => new Webhook(SECRET).verify(body, { ...headers })).not.toThrow()
    expect(() => new Webhook(NEW_SECRET).verify(body, { ...headers })).not.toThrow()
    const stranger = new Webhook(`whsec_${btoa('a secret that was never configured')}`)
    expect(() => stranger.verify(body, { ...headers })).toThrow('No matching signature')
  })

  test('a changed body is not verified', async () => {
    const { headers, body } = await prepare({ secret: SECRET })
    const forged = body.replace('"sequence":42', '"sequence":43')
    expect(forged).not.toBe(body)
    expect(() => new Webhook(SECRET).verify(forged, { ...headers })).toThrow(
      'No matching signature',
    )
  })

  test('a body with any Unicode is signed over the bytes that are sent', async () => {
    const label = 'Налог № «ИНН» 税号 \u{1F4B6} \u202E \uD800'
    const { enrichment } = aDelivery()
    const delivery = aDelivery({
      enrichment: { ...enrichment, status: 'complete', field: { label } },
    })
    const { headers, body } = await prepare({ secret: SECRET }, delivery)
    expect(new Webhook(SECRET).verify(body, { ...headers })).toMatchObject({
      data: { field: { label } },
    })
  })
})

describe('v1a', () => {
  test.each([
    ['a seed', KEY],
    ['seed and public key', KEY_PAIR],
  ])('the holder of the public key verifies what %s signed', async (_what, secret) => {
    const request = await prepare({ secret, signature: 'v1a' })
    expect(request.headers['webhook-signature']).toMatch(/^v1a,[A-Za-z0-9+/]{86}==$/)
    expect(await verifies(request, PUBLIC_KEY)).toEqual([true])
    expect(await verifies(request, OTHER_PUBLIC_KEY)).toEqual([false])
  })

  // The base64 of the first public key has a `/`, that of the other one a `+`.
  test('a pair of keys of another example is known for one', async () => {
    const secret = `whsk_${base64Of([...OTHER_SEED, ...OTHER_PUBLIC_KEY])}`
    const request = await prepare({ secret, signature: 'v1a' })
    expect(await verifies(request, OTHER_PUBLIC_KEY)).toEqual([true])
  })

  test('a changed body, time or id is not verified', async () => {
    const request = await prepare({ secret: KEY, signature: 'v1a' })
    const { headers, body } = request
    const forged = [
      { ...request, body: `${body} ` },
      { ...request, headers: { ...headers, 'webhook-timestamp': '1790000002' } },
      { ...request, headers: { ...headers, 'webhook-id': 'another' } },
    ]
    for (const other of forged) expect(await verifies(other, PUBLIC_KEY)).toEqual([false])
  })

  test('while rotating the holders of both public keys verify a delivery', async () => {
    const request = await prepare({ secret: [OTHER_KEY, KEY], signature: 'v1a' })
    expect(await verifies(request, OTHER_PUBLIC_KEY)).toEqual([true, false])
    expect(await verifies(request, PUBLIC_KEY)).toEqual([false, true])
  })

  test('with both, the holder of the secret and the holder of the public key verify', async () => {
    const request = await prepare({ secret: [KEY_PAIR, SECRET], signature: 'both' })
    const { headers, body } = request
    expect(headers['webhook-signature']?.split(' ').map((one) => one.split(',')[0])).toEqual([
      'v1a',
      'v1',
    ])
    expect(() => new Webhook(SECRET).verify(body, { ...headers })).not.toThrow()
    expect(await verifies(request, PUBLIC_KEY)).toEqual([true])
  })

  const WRONG =
    'be a whsk_ secret whose public key belongs to its seed: copy the pair again, or leave the public key out'

  test.each([
    [`whsk_${base64Of([...SEED, ...OTHER_PUBLIC_KEY])}`, `secret: Must ${WRONG}`],
    [
      [KEY_PAIR, `whsk_${base64Of([...OTHER_SEED, ...PUBLIC_KEY])}`],
      `secret: Entry 2 must ${WRONG}`,
    ],
  ])('a public half of another seed is refused when it is configured', (secret, problem) => {
    const settings = { url: URL_TEXT, secret, signature: 'v1a' }
    expect(problemsOf(webhook, settings)).toEqual([problem])
  })
})

/** Whether WebCrypto finds each `v1a` signature of a request valid. */
async function verifies(
  { headers, body }: OutgoingRequest,
  publicKey: Uint8Array,
): Promise<boolean[]> {
  const algorithm = { name: 'Ed25519' }
  const key = await crypto.subtle.importKey('raw', publicKey, algorithm, false, ['verify'])
  const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  const signatures = (headers['webhook-signature'] ?? '')
    .split(' ')
    .filter((one) => one.startsWith('v1a,'))
  return Promise.all(
    signatures.map((one) => {
      const signature = Uint8Array.from(atob(one.slice(4)), (digit) => digit.charCodeAt(0))
      return crypto.subtle.verify(algorithm, key, signature, new TextEncoder().encode(content))
    }),
  )
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

function base64Of(bytes: Iterable<number>): string {
  return btoa(String.fromCharCode(...bytes))
}

function prepare(
  settings: Readonly<Record<string, unknown>>,
  delivery: Delivery = aDelivery(),
): Promise<OutgoingRequest> {
  return requestOf(open(settings), aParcel(delivery))
}

function open(settings: Readonly<Record<string, unknown>>) {
  return opened(webhook, { url: URL_TEXT, ...settings })
}
