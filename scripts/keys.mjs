/** Prints fresh random values for the secrets that must be random. Writes nothing anywhere. */
import { randomBytes } from 'node:crypto'

// The date tells an operator which key is the older one. Two keys of one day must not share an id: a record
// names its key by it.
const day = new Date().toISOString().slice(0, 10).replaceAll('-', '')
const keyId = `k${day}-${randomBytes(4).toString('hex')}`
const tokenKeys = JSON.stringify({ [keyId]: randomBytes(32).toString('base64') })

console.log(`TOKEN_KEYS='${tokenKeys}'`)
console.log(`ADMIN_TOKEN=${randomBytes(32).toString('base64url')}`)
console.log(`ERP_SIGNING_SECRET=whsec_${randomBytes(32).toString('base64')}`)
