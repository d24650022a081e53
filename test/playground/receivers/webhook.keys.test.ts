/** The simulated webhook receiver checks Ed25519 signatures (`v1a`) beside the shared secret. */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { createWebhookSimulator } from '../../../playground/receivers/webhook.ts'
import type { WebhookSimulator } from '../../../playground/receivers/webhook.ts'
import { started } from '../../support/network/started.ts'

const SECRET = `whsec_${randomBytes(32).toString('base64')}`
const BODY = '{"type":"x"}'

function aKey(): { privateKey: KeyObject; publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const raw = Buffer.from(String(publicKey.export({ format: 'jwk' }).x), 'base64url')
  return { privateKey, publicKey: `whpk_${raw.toString('base64')}` }
}

const aWebhook = (publicKeys: readonly string[]) =>
  started(createWebhookSimulator({ secret: SECRET, publicKeys }))

interface Signer {
  readonly key?: KeyObject
  readonly secret?: string
  readonly body?: string
}

/** Sends BODY with a signature of each given kind, over `body`. */
async function deliver(
  { url }: WebhookSimulator,
  { key, secret, body = BODY }: Signer,
): Promise<number> {
  const at = new Date()
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const content = Buffer.from(`id.${timestamp}.${body}`)
  const signatures = [
    ...(key === undefined ? [] : [`v1a,${sign(null, content, key).toString('base64')}`]),
    ...(secret === undefined ? [] : [new Webhook(secret).sign('id', at, body)]),
  ]
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'webhook-id': 'id',
      'webhook-timestamp': timestamp,
      'webhook-signature': signatures.join(' '),
    },
    body: BODY,
  })
  return response.status
}

test('a v1a signature of one of the keys verifies', async () => {
  const [former, current] = [aKey(), aKey()]
  const webhook = await aWebhook([former.publicKey, current.publicKey])
  expect(await deliver(webhook, { key: current.privateKey })).toBe(204)
  expect(await deliver(webhook, { key: former.privateKey })).toBe(204)
})

test('a v1a signature of another key or of another body does not', async () => {
  const key = aKey()
  const webhook = await aWebhook([key.publicKey])
  expect(await deliver(webhook, { key: aKey().privateKey })).toBe(401)
  expect(await deliver(webhook, { key: key.privateKey, body: '{}' })).toBe(401)
  expect(JSON.parse(webhook.requests[0]?.answer ?? '')).toEqual({ error: 'wrong_signature' })
})

test('one right signature is enough, of either kind', async () => {
  const key = aKey()
  const foreign = `whsec_${randomBytes(32).toString('base64')}`
  const webhook = await aWebhook([key.publicKey])
  expect(await deliver(webhook, { key: aKey().privateKey, secret: SECRET })).toBe(204)
  expect(await deliver(webhook, { key: key.privateKey, secret: foreign })).toBe(204)
  expect(await deliver(webhook, { key: aKey().privateKey, secret: foreign })).toBe(401)
})

test('a v1a signature is no v1 signature', async () => {
  const webhook = await aWebhook([])
  expect(await deliver(webhook, { key: aKey().privateKey })).toBe(401)
})

test('a public key of another form stops the start', async () => {
  const wrong = [aKey().publicKey.slice('whpk_'.length), 'whpk_AAAA']
  for (const key of wrong) {
    await expect(aWebhook([key])).rejects.toThrow(
      'Cannot read a public key as it must be whpk_ and the base64 of 32 bytes',
    )
  }
})
