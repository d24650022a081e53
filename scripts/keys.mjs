/**
 * Prints fresh values for the settings that must be random, as lines of a secrets file. Writes nothing anywhere.
 * A second run prints other values, of which the ones that are needed are taken.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto'

// The date tells an operator which key is the older one. Two keys of one day must not share an id: a record
// names its key by it.
const day = new Date().toISOString().slice(0, 10).replaceAll('-', '')
const keyId = `k${day}-${randomBytes(4).toString('hex')}`
const tokenKeys = JSON.stringify({ [keyId]: randomBytes(32).toString('base64') })

const { privateKey } = generateKeyPairSync('ed25519')
const { d: seed, x: publicKey } = privateKey.export({ format: 'jwk' })
const pair = Buffer.concat([Buffer.from(seed, 'base64url'), Buffer.from(publicKey, 'base64url')])

console.log(`# Seals tokens. In a form, give the base64 alone.
TOKEN_KEYS='${tokenKeys}'
# Opens the admin API.
ADMIN_TOKEN=${randomBytes(32).toString('base64url')}
# Signs for a destination of the type webhook; its receiver needs the same text.
ERP_SIGNING_SECRET=whsec_${randomBytes(32).toString('base64')}
# The same for signature = "v1a"; its receiver verifies with whpk_${Buffer.from(publicKey, 'base64url').toString('base64')}
ERP_SIGNING_KEY=whsk_${pair.toString('base64')}`)
