/** The words of the script are those of the pages. A browser runs the rest of it (test/browser). */
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { SCRIPT } from '../../../src/dashboard/frame/script.ts'
import { DISTANCES } from '../../support/builders/a-view.ts'

const [source = ''] = /function formatDistance[\s\S]*?\n}/.exec(SCRIPT) ?? []
// Sound: the function takes a number and gives a text.
const formatDistance = runInNewContext(`(${source})`) as (ms: number) => string

test.each(DISTANCES)('%i ms is "%s"', (ms, text) => {
  expect(formatDistance(ms)).toBe(text)
})

test('it can stand in a page', () => {
  expect(SCRIPT).not.toMatch(/<\/|<!--/)
})
