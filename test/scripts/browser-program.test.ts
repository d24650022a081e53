/** The text that pages carry is the program that stands in src/dashboard/browser. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { formatScriptFile, SCRIPT_FILE } from '../../scripts/browser-program.ts'

test('script.ts is the one that `npm run browser` writes', async () => {
  expect(readFileSync(SCRIPT_FILE, 'utf8').replaceAll('\r\n', '\n')).toBe(await formatScriptFile())
})
