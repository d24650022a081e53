/**
 * WebCrypto for a history. The platform's own works in threads, so its answers come in an order of their own
 * and a turn would have to wait for them. Here the same functions answer at once, by Node's `crypto`, and random
 * bytes come from the seed of the history.
 */
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync } from 'node:crypto'

/** A key as this file hands it out; nobody else looks into it. */
interface VirtualKey {
  readonly bytes: Uint8Array
}

interface GcmParams {
  readonly iv: Uint8Array
  readonly additionalData: Uint8Array
}

interface HkdfParams {
  readonly salt: Uint8Array
  readonly info: Uint8Array
}

const TAG_BYTES = 16
const KEY_BYTES = 32

const VIRTUAL_SUBTLE = {
  digest: async (_name: string, data: Uint8Array) =>
    exact(createHash('sha256').update(data).digest()),
  importKey: async (_format: string, bytes: Uint8Array): Promise<VirtualKey> => ({
    bytes: Uint8Array.from(bytes),
  }),
  sign: async (_name: unknown, key: VirtualKey, data: Uint8Array) =>
    exact(createHmac('sha256', key.bytes).update(data).digest()),
  deriveKey: async ({ salt, info }: HkdfParams, base: VirtualKey): Promise<VirtualKey> => ({
    bytes: new Uint8Array(hkdfSync('sha256', base.bytes, salt, info, KEY_BYTES)),
  }),
  encrypt: async ({ iv, additionalData }: GcmParams, key: VirtualKey, plain: Uint8Array) => {
    const cipher = createCipheriv('aes-256-gcm', key.bytes, iv).setAAD(additionalData)
    return exact(Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]))
  },
  decrypt: async ({ iv, additionalData }: GcmParams, key: VirtualKey, sealed: Uint8Array) => {
    const end = sealed.length - TAG_BYTES
    const decipher = createDecipheriv('aes-256-gcm', key.bytes, iv).setAAD(additionalData)
    decipher.setAuthTag(sealed.subarray(end))
    return exact(Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]))
  },
}

/** Takes over WebCrypto and its random bytes; the answer gives them back. */
export function installCrypto(random: () => number): () => void {
  const subtle: object = crypto.subtle
  const entries = Object.entries(VIRTUAL_SUBTLE)
  for (const [name, value] of entries) {
    Object.defineProperty(subtle, name, { value, configurable: true, writable: true })
  }
  const fill = <T extends Uint8Array>(bytes: T): T => {
    for (let index = 0; index < bytes.length; index += 1) bytes[index] = random() * 256
    return bytes
  }
  const own = {
    getRandomValues: fill,
    randomUUID: () => uuidOf(fill(new Uint8Array(16))),
  }
  for (const [name, value] of Object.entries(own)) {
    Object.defineProperty(crypto, name, { value, configurable: true, writable: true })
  }
  return () => {
    for (const [name] of entries) Reflect.deleteProperty(subtle, name)
    for (const name of Object.keys(own)) Reflect.deleteProperty(crypto, name)
  }
}

/** A number between 0 and 1 for each call, the same ones for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A buffer of its own: Node's small buffers share a pool. */
function exact(bytes: Buffer): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.length)
  new Uint8Array(copy).set(bytes)
  return copy
}

function uuidOf(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5')
}
