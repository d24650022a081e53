import { describe, expect, test } from 'vitest'
import { maskedPartsOf, readSigning } from '../../../src/destinations/webhook/secrets.ts'

const SECRET = `whsec_${btoa('an example secret of 32 bytes!!!')}`
const NEW_SECRET = `whsec_${btoa('another example, also 32 bytes!!')}`
const SEED = 's'.repeat(32)
const PUBLIC_KEY = 'p'.repeat(32)
const KEY = `whsk_${btoa(SEED)}`
const KEY_PAIR = `whsk_${btoa(SEED + PUBLIC_KEY)}`

const V1 = 'whsec_ followed by the base64 of 24 to 64 random bytes'
const V1A =
  'whsk_ followed by the base64 of an Ed25519 seed (32 bytes), or of a seed and its public key (64 bytes)'
const COUNT = 'Must be one secret, or a list of up to 5 while they are rotated'
const BOTH =
  'Must be a list with at least one whsec_ and one whsk_ secret, because signature is "both"'

describe('readSigning()', () => {
  test('reads shared secrets unless told otherwise', () => {
    const expected = {
      ok: true,
      value: [{ version: 'v1', text: SECRET, key: bytesOf('an example secret of 32 bytes!!!') }],
    }
    expect(readSigning(SECRET, undefined)).toEqual(expected)
    expect(readSigning(SECRET, 'v1')).toEqual(expected)
  })

  test('reads a seed, and a seed with its public key', () => {
    const seed = bytesOf(SEED)
    expect(readSigning([KEY, KEY_PAIR], 'v1a')).toEqual({
      ok: true,
      value: [
        { version: 'v1a', text: KEY, seed, publicKey: null },
        { version: 'v1a', text: KEY_PAIR, seed, publicKey: bytesOf(PUBLIC_KEY) },
      ],
    })
  })

  test.each([
    ['v1', '24 bytes', `whsec_${btoa('x'.repeat(24))}`, ['v1']],
    ['v1', '64 bytes', `whsec_${btoa('x'.repeat(64))}`, ['v1']],
    ['v1', 'a list of five', Array.from({ length: 5 }, () => SECRET), Array(5).fill('v1')],
    ['v1', 'a list as JSON text', JSON.stringify([NEW_SECRET, SECRET]), ['v1', 'v1']],
    ['v1a', 'a list as JSON text', JSON.stringify([KEY_PAIR, KEY]), ['v1a', 'v1a']],
    ['both', 'one of each', [SECRET, KEY], ['v1', 'v1a']],
    ['both', 'several in any order', [KEY, SECRET, KEY_PAIR], ['v1a', 'v1', 'v1a']],
  ])('with %s takes %s', (signature, _what, secret, versions) => {
    const read = readSigning(secret, signature)
    expect(read.ok && read.value.map(({ version }) => version)).toEqual(versions)
  })

  const refused: [signature: string, what: string, secret: unknown, problem: string][] = [
    ['v1', 'nothing', undefined, `Must be ${V1}`],
    ['v1', 'an empty text', '', `Must be ${V1}`],
    ['v1', 'a word', 'secret', `Must be ${V1}`],
    ['v1', 'no prefix', btoa('an example secret of 32 bytes!!!'), `Must be ${V1}`],
    ['v1', 'a public key', `whpk_${btoa(PUBLIC_KEY)}`, `Must be ${V1}`],
    ['v1', '23 bytes', `whsec_${btoa('x'.repeat(23))}`, `Must be ${V1}`],
    ['v1', '65 bytes', `whsec_${btoa('x'.repeat(65))}`, `Must be ${V1}`],
    ['v1', 'broken base64', `whsec_${btoa('x'.repeat(24))}A`, `Must be ${V1}`],
    ['v1', 'base64 for URLs', `whsec_${'_-'.repeat(16)}`, `Must be ${V1}`],
    ['v1', 'a line end', `${SECRET}\n`, `Must be ${V1}`],
    ['v1', 'broken JSON', `["${SECRET}"`, `Must be ${V1}`],
    ['v1', 'a number', 42, `Must be ${V1}`],
    ['v1', 'an empty list', [], COUNT],
    ['v1', 'a list of six', Array.from({ length: 6 }, () => SECRET), COUNT],
    ['v1', 'a wrong entry', [SECRET, 'old'], `Entry 2 must be ${V1}`],
    ['v1', 'a key', KEY, `Must be ${V1}: a whsk_ secret needs signature = "v1a" or "both"`],
    [
      'v1',
      'a key in a list',
      [SECRET, KEY],
      `Entry 2 must be ${V1}: a whsk_ secret needs signature = "v1a" or "both"`,
    ],
    ['v1a', 'nothing', undefined, `Must be ${V1A}`],
    ['v1a', '31 bytes', `whsk_${btoa('x'.repeat(31))}`, `Must be ${V1A}`],
    ['v1a', '33 bytes', `whsk_${btoa('x'.repeat(33))}`, `Must be ${V1A}`],
    ['v1a', '63 bytes', `whsk_${btoa('x'.repeat(63))}`, `Must be ${V1A}`],
    ['v1a', '65 bytes', `whsk_${btoa('x'.repeat(65))}`, `Must be ${V1A}`],
    ['v1a', 'a secret', SECRET, `Must be ${V1A}: a whsec_ secret needs signature = "v1" or "both"`],
    ['both', 'a word', [SECRET, 'old'], `Entry 2 must be ${V1}, or ${V1A}`],
    ['both', 'one secret', SECRET, BOTH],
    ['both', 'one key', KEY, BOTH],
    ['both', 'secrets only', [SECRET, NEW_SECRET], BOTH],
    ['both', 'keys only', [KEY, KEY_PAIR], BOTH],
  ]
  test.each(refused)('with %s refuses %s', (signature, _what, secret, problem) => {
    const read = readSigning(secret, signature)
    expect(read).toEqual({ ok: false, error: [{ setting: 'secret', problem }] })
  })

  test.each(['v2', '', 'V1', 1, null, ['v1'], true])('knows no signature %j', (signature) => {
    const wrong = { setting: 'signature', problem: 'Must be "v1", "v1a" or "both"' }
    for (const secret of [SECRET, KEY, [SECRET, KEY]]) {
      expect(readSigning(secret, signature)).toEqual({ ok: false, error: [wrong] })
    }
    expect(readSigning('old', signature)).toEqual({
      ok: false,
      error: [{ setting: 'secret', problem: `Must be ${V1}, or ${V1A}` }, wrong],
    })
  })
})

test('of a secret the whole, its base64 and the seed alone are masked', () => {
  const read = readSigning([SECRET, KEY, KEY_PAIR], 'both')
  expect(read.ok && read.value.map((secret) => maskedPartsOf(secret))).toEqual([
    [SECRET, SECRET.slice(6)],
    [KEY, KEY.slice(5)],
    [KEY_PAIR, KEY_PAIR.slice(5), KEY.slice(5)],
  ])
})

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
