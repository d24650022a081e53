/** The common part of the pages: failures, the way back from an act, numbers. */
import { expect, it, onTestFinished, vi } from 'vitest'
import { parseNumber } from '../../../../src/http/admin/pages/page-route.ts'
import { Browser } from '../../../support/worker/browser.ts'

it.each([
  ['1', 1],
  ['999999999999999', 999_999_999_999_999],
  ['0', null],
  ['01', null],
  ['-1', null],
  ['1.5', null],
  ['', null],
  [null, null],
  [undefined, null],
])('%j is the number %j', (text, number) => {
  expect(parseNumber(text)).toBe(number)
})

it('a failure is a page as well, says nothing of its cause, and tells the log', async () => {
  const lines = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  onTestFinished(() => lines.mockRestore())
  const browser = new Browser()
  await browser.signsIn()
  const PORTALS = {
    getByName: () => {
      throw new Error('secret-of-the-failure')
    },
  }
  const path = `/admin/portals/${'a'.repeat(32)}`
  const response = await browser.asks(path, { settings: { PORTALS } })
  expect(response.status).toBe(500)
  const html = await response.text()
  expect(html).toContain('<h1>The request failed</h1>')
  expect(html).not.toContain('secret-of-the-failure')
  expect(html).toContain('Sign out')
  expect(lines.mock.calls.join()).toContain('request_failed')
})
