/** `npm run keys`: what it prints can be configured as it stands, and two runs on one day give two ids. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { expect, it } from 'vitest'
import { findSecretProblem, readSigning } from '../../src/destinations/webhook/secrets.ts'
import { parseTokenKeys } from '../../src/storage/token-keys.ts'

const SCRIPT = fileURLToPath(new URL('../../scripts/keys.mjs', import.meta.url))

function run(): string {
  return execFileSync(process.execPath, [SCRIPT], { encoding: 'utf8' })
}

/** The id and the bytes of the key that a run prints. */
function printedKey(printed: string): { id: string | undefined; size: number | undefined } {
  const keys = parseTokenKeys(parseEnv(printed)['TOKEN_KEYS'] ?? '')
  const [first] = keys.ok ? keys.value : []
  return { id: first?.id, size: first?.key.length }
}

it('prints lines of a secrets file, each value under the name of its setting', () => {
  expect(parseEnv(run())).toEqual({
    TOKEN_KEYS: expect.stringMatching(/^\{"k.+":".+"\}$/u),
    ADMIN_TOKEN: expect.stringMatching(/^[\w-]{43}$/u),
    ERP_SIGNING_SECRET: expect.stringMatching(/^whsec_/u),
    ERP_SIGNING_KEY: expect.stringMatching(/^whsk_/u),
  })
})

it('makes a key id of its own at each run, with the day in it', () => {
  const [one, two] = [printedKey(run()), printedKey(run())]
  expect(one).toEqual({ id: expect.stringMatching(/^k\d{8}-[0-9a-f]{8}$/u), size: 32 })
  expect(two.id).not.toBe(one.id)
})

it('makes signing secrets that a webhook takes, and tells the public key of the pair', () => {
  const printed = run()
  const { ERP_SIGNING_SECRET: secret, ERP_SIGNING_KEY: key } = parseEnv(printed)
  expect(readSigning(secret, 'v1')).toMatchObject({ ok: true, value: [{ version: 'v1' }] })
  const read = readSigning(key, 'v1a')
  const [pair] = read.ok ? read.value : []
  expect(findSecretProblem(pair === undefined ? [] : [pair])).toBeNull()
  const publicKey = pair?.version === 'v1a' ? (pair.publicKey ?? []) : []
  expect(printed).toContain(`whpk_${Buffer.from(publicKey).toString('base64')}`)
})
