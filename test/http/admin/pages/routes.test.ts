/** The pages as a whole: none answers without credentials. */
import { expect, it } from 'vitest'
import { createApp } from '../../../../src/app.ts'
import { DASHBOARD_PAGES } from '../../../support/dashboard-pages.ts'
import { Browser } from '../../../support/worker/browser.ts'

const ALL_ROUTES = createApp().routes.filter(({ path }) => path.startsWith('/admin'))

/** Every route below `/admin`, with something in place of its parameters. */
const ROUTES = ALL_ROUTES.map(({ method, path }) => ({
  method: method === 'ALL' ? 'POST' : method,
  path: path.replaceAll(/:\w+(?:\{[^}]*\})?/g, 'abc').replace('*', 'anything'),
}))

/** Routes of GET that answer with no page: two lead elsewhere, and one is asked by the program of a page. */
const NO_PAGES = ['/admin/sign-in', '/admin/sign-out', '/admin/portals/:memberId/stamp']

/** The addresses of acts, which lead back to the page of their button when they are asked for. */
const ACTS = /\/(?:test|pause|resume|park|reconcile|remove)$/

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

it('each page is one of those that a browser looks at', () => {
  const pages = ALL_ROUTES.filter(({ method, path }) => method === 'GET' && !path.includes('/api/'))
    .map(({ path }) => path)
    .filter((path) => !path.includes('*') && !NO_PAGES.includes(path) && !ACTS.test(path))
  const seen = DASHBOARD_PAGES.map(
    (path) => path.replace(/^\./, '/admin/portals/abc').split('?')[0] ?? '',
  )
  const missing = pages.filter((path) => {
    const pattern = new RegExp(`^${path.replaceAll(/:\w+(?:\{[^}]*\})?/g, '[^/]+')}$`)
    return !seen.some((one) => pattern.test(one))
  })
  expect(pages).toContain('/admin/refused')
  expect(missing).toEqual([])
})
