/** The headers of the dashboard. */
import { expect, it } from 'vitest'
import { Browser } from '../../../support/worker/browser.ts'

const PROTECTED = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

function headersOf(response: Response): Record<string, string | null> {
  return Object.fromEntries(
    Object.keys(PROTECTED).map((name) => [name, response.headers.get(name)]),
  )
}

it('every answer is kept out of caches and frames: pages, the sign-in and redirects', async () => {
  const browser = new Browser()
  expect(headersOf(await browser.asks('/admin'))).toEqual(PROTECTED)
  await browser.signsIn()
  expect(headersOf(await browser.asks('/admin/nothing'))).toEqual(PROTECTED)
  expect(headersOf(await browser.asks('/admin/sign-in'))).toEqual(PROTECTED)
  expect(headersOf(await browser.asks('/admin/sign-out', { form: {} }))).toEqual(PROTECTED)
})

it('a page runs its own script and style only, under a nonce of its own, and loads nothing', async () => {
  const first = await new Browser().asks('/admin')
  const policy = first.headers.get('content-security-policy') ?? ''
  const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? ''
  expect(policy.replaceAll(nonce, 'N').split('; ')).toEqual([
    `default-src 'none'`,
    `script-src 'nonce-N'`,
    `style-src 'nonce-N'`,
    `img-src data:`,
    `connect-src 'self'`,
    `form-action 'self'`,
    `base-uri 'none'`,
    `frame-ancestors 'none'`,
  ])
  const html = await first.text()
  expect(
    [...html.matchAll(/<(?:script|style)([^>]*)>/g)].map(([, attributes]) => attributes),
  ).toEqual([` nonce="${nonce}"`, ` nonce="${nonce}"`])
  expect(html).not.toMatch(/ style=| on\w+=|<link rel="stylesheet"|src=/)
  const second = await new Browser().asks('/admin')
  expect(second.headers.get('content-security-policy')).not.toBe(policy)
})
