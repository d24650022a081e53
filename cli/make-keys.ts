/** Makes fresh values for the settings that must be random. It writes them nowhere. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'

/** Fresh values, and the public half of the pair. */
export interface FreshKeys {
  /** A JSON object with one key id. */
  readonly tokenKeys: string
  readonly adminToken: string
  /** `whsec_…`: signs for a destination of the type webhook, and its receiver needs the same text. */
  readonly signingSecret: string
  /** `whsk_…`: the same for `signature = "v1a"`. */
  readonly signingKey: string
  /** `whpk_…`: the receiver verifies with it. */
  readonly publicKey: string
}

/** Makes them; `now` is in unix milliseconds. */
export function makeKeys(now: number): FreshKeys {
  // The date tells an operator which key is the older one. Two keys of one day must not share an id: a record
  // names its key by it.
  const day = new Date(now).toISOString().slice(0, 10).replaceAll('-', '')
  const keyId = `k${day}-${randomBytes(4).toString('hex')}`
  const { privateKey } = generateKeyPairSync('ed25519')
  const { d: seed = '', x: point = '' } = privateKey.export({ format: 'jwk' })
  const pair = Buffer.concat([Buffer.from(seed, 'base64url'), Buffer.from(point, 'base64url')])
  return {
    tokenKeys: JSON.stringify({ [keyId]: randomBytes(32).toString('base64') }),
    adminToken: randomBytes(32).toString('base64url'),
    signingSecret: `whsec_${randomBytes(32).toString('base64')}`,
    signingKey: `whsk_${pair.toString('base64')}`,
    publicKey: `whpk_${Buffer.from(point, 'base64url').toString('base64')}`,
  }
}
