/**
 * Receives the events of a destination of the type `webhook`. Node 20.19 or later, no packages:
 *
 *     WEBHOOK_KEYS='whsec_…' INBOX=./inbox node receiver.mjs 8080
 *
 * It verifies a request, stores its events, and answers. Whatever takes longer is done afterwards, by another
 * program that takes the files out of the inbox. Put a proxy with a certificate in front: the relay calls https only.
 */
import { createHash, createHmac, createPublicKey, timingSafeEqual, verify } from 'node:crypto'
import { linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'

/** `whsec_…`, or `whpk_…` for signatures `v1a`; several stand with a blank between them while they are rotated. */
const KEYS = (process.env.WEBHOOK_KEYS ?? '').split(' ').filter((key) => key !== '')
const INBOX = process.env.INBOX ?? 'inbox'
const TOLERANCE_SECONDS = 300
const MAX_BODY_BYTES = 4 * 1024 * 1024

/** Whether one of the keys has signed this request within the last five minutes. */
function isGenuine(headers, body) {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp } = headers
  if (id === undefined || !/^\d+$/.test(timestamp ?? '')) return false
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return false
  // The bytes as they came: JSON that was parsed and written again is another text.
  const content = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body])
  const signatures = (headers['webhook-signature'] ?? '').split(' ')
  return signatures.some((signature) => KEYS.some((key) => isSignedBy(key, signature, content)))
}

function isSignedBy(key, signature, content) {
  const [version, base64 = ''] = signature.split(',')
  const given = Buffer.from(base64, 'base64')
  const bytes = Buffer.from(key.slice(key.indexOf('_') + 1), 'base64')
  if (version === 'v1' && key.startsWith('whsec_')) {
    const wanted = createHmac('sha256', bytes).update(content).digest()
    return wanted.length === given.length && timingSafeEqual(wanted, given)
  }
  if (version === 'v1a' && key.startsWith('whpk_')) {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') }
    return verify(null, content, createPublicKey({ key: jwk, format: 'jwk' }), given)
  }
  return false
}

/** The events of a request, each with its id: one, or those of a batch. */
function eventsOf(id, message) {
  return message.type === 'bitrix24.batch' ? message.data.events : [{ id, ...message }]
}

/** Stores an event once, however often it comes: the id makes the name, and a name is given once. */
function store(event) {
  const name = createHash('sha256').update(event.id).digest('hex')
  const draft = join(INBOX, `${name}.draft-${process.pid}`)
  writeFileSync(draft, JSON.stringify(event), { flush: true })
  try {
    linkSync(draft, join(INBOX, `${name}.json`))
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
  } finally {
    rmSync(draft)
  }
}

async function answer(request) {
  if (request.method !== 'POST') return 405
  const chunks = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) return 413
    chunks.push(chunk)
  }
  const body = Buffer.concat(chunks)
  // 401 and 500 are tried again by the relay, so that a wrong key or a full disk loses nothing.
  if (!isGenuine(request.headers, body)) return 401
  const message = JSON.parse(body.toString('utf8'))
  if (message.type === 'relay.test') return 204
  for (const event of eventsOf(request.headers['webhook-id'], message)) store(event)
  return 204
}

if (KEYS.length === 0) throw new Error('Set WEBHOOK_KEYS to the secret of the destination')
mkdirSync(INBOX, { recursive: true })
createServer(async (request, response) => {
  const status = await answer(request).catch((error) => {
    console.error(error)
    return 500
  })
  response.writeHead(status).end()
}).listen(Number(process.argv[2] ?? 8080), '127.0.0.1')
