/** `npm run keys`: what it prints can be configured, and two runs on one day give two ids. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { parseTokenKeys } from '../../src/storage/token-keys.ts'

const SCRIPT = fileURLToPath(new URL('../../scripts/keys.mjs', import.meta.url))

/** The id and the bytes of the key that a run prints. */
function run(): { id: string | undefined; size: number | undefined } {
  const printed = execFileSync(process.execPath, [SCRIPT], { encoding: 'utf8' })
  const keys = parseTokenKeys(/^TOKEN_KEYS='(.*)'$/mu.exec(printed)?.[1] ?? '')
  const [first] = keys.ok ? keys.value : []
  return { id: first?.id, size: first?.key.length }
}

it('makes a key id of its own at each run, with the day in it', () => {
  const [one, two] = [run(), run()]
  expect(one).toEqual({ id: expect.stringMatching(/^k\d{8}-[0-9a-f]{8}$/u), size: 32 })
  expect(two.id).not.toBe(one.id)
})
