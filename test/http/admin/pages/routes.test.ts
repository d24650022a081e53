/** The pages as a whole: none answers without credentials. */
import { expect, it } from 'vitest'
import { createApp } from '../../../../src/app.ts'
import { Browser } from '../../../support/worker/browser.ts'

/** Every route below `/admin`, with something in place of its parameters. */
const ROUTES = createApp()
  .routes.filter(({ path }) => path.startsWith('/admin'))
  .map(({ method, path }) => ({
    method: method === 'ALL' ? 'POST' : method,
    path: path.replaceAll(/:\w+(?:\{[^}]*\})?/g, 'abc').replace('*', 'anything'),
  }))

it('the router has pages and the API', () => {
  const paths = ROUTES.map(({ path }) => path)
  expect(paths).toContain('/admin/sign-in')
  expect(paths).toContain('/admin/api/portals/abc')
})

it.each(ROUTES)('$method $path answers nobody without credentials', async ({ method, path }) => {
  const caller = {
    'cf-connecting-ip': `2001:db8:${ROUTES.findIndex((one) => one.path === path)}::1`,
  }
  for (const accept of ['text/html', '*/*']) {
    const headers = { accept, authorization: '', ...caller }
    const response = await new Browser().asks(path, { method, headers })
    expect(response.status).toBe(401)
    expect(response.headers.get('set-cookie')).toBeNull()
    const text = await response.text()
    expect(text.includes('<h1>Sign in</h1>') || text.includes('"unauthorized"')).toBe(true)
  }
})

it('an address without a page is a page as well', async () => {
  const browser = new Browser()
  await browser.signsIn()
  const response = await browser.asks('/admin/nothing')
  expect(response.status).toBe(404)
  expect(await response.text()).toContain('<h1>Nothing is found here</h1>')
})
