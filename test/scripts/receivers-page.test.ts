/** docs/receivers.md says what the code does. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { RECEIVERS_PAGE, formatReceiversPage } from '../../scripts/receivers-page.ts'

test('docs/receivers.md is what `npm run docs` makes of the profiles', () => {
  expect(readFileSync(RECEIVERS_PAGE, 'utf8')).toBe(formatReceiversPage())
})
