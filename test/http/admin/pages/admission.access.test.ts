/** Readers whom Cloudflare Access lets through: they need no sign-in, and no other site can act in their name. */
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { requireAdmin } from '../../../../src/http/admin/admission/auth.ts'
import { admit, signOut, type PageAuth } from '../../../../src/http/admin/pages/admission.ts'
import type { PageEnv } from '../../../../src/http/admin/pages/page-context.ts'
import { NOW } from '../../../support/time.ts'

const AUTH: PageAuth = {
  adminToken: null,
  isLetThrough: async (token) => token === 'a-good-token',
  isWrongTokenWithinLimit: async () => true,
  logLine: () => {},
  now: () => NOW,
}

const ORIGIN = 'https://relay.example.com'
const FROM_HERE = { 'sec-fetch-site': 'same-origin', origin: ORIGIN }
const FROM_ELSEWHERE = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
const LET_THROUGH = { 'cf-access-jwt-assertion': 'a-good-token' }

function ask(auth: PageAuth, headers: Record<string, string>, form?: Record<string, string>) {
  const app = new Hono<PageEnv>()
  app.use(
    '/admin/*',
    admit(() => auth),
  )
  app.get('/admin/page', (c) => c.text(c.get('admission').formToken ?? 'no proof'))
  app.post('/admin/page', (c) => c.text('done'))
  app.post('/admin/sign-out', (c) => signOut(c))
  const path = form?.['to'] ?? '/admin/page'
  return app.request(`${ORIGIN}${path}`, {
    headers: { accept: 'text/html', ...headers },
    ...(form !== undefined && { method: 'POST', body: new URLSearchParams(form).toString() }),
  })
}

describe('a reader of Access', () => {
  it('sees the pages without a sign-in, and one whose token is wrong does not', async () => {
    expect((await ask(AUTH, LET_THROUGH)).status).toBe(200)
    expect((await ask(AUTH, { 'cf-access-jwt-assertion': 'a-bad-token' })).status).toBe(401)
    expect((await ask(AUTH, {})).status).toBe(401)
    expect((await ask({ ...AUTH, isLetThrough: null }, LET_THROUGH)).status).toBe(404)
  })

  it('has to bring the proof of each form, from a page of the relay', async () => {
    const form = await (await ask(AUTH, LET_THROUGH)).text()
    expect(form).toMatch(/^[\da-f]{64}$/)
    const statuses = [
      await ask(AUTH, { ...LET_THROUGH, ...FROM_HERE }, { form }),
      await ask(AUTH, { ...LET_THROUGH, ...FROM_HERE }, {}),
      await ask(AUTH, { ...LET_THROUGH, ...FROM_ELSEWHERE }, { form }),
    ].map(({ status }) => status)
    expect(statuses).toEqual([200, 403, 403])
  })

  it('signs out of Access too', async () => {
    const form = await (await ask(AUTH, LET_THROUGH)).text()
    const response = await ask(
      AUTH,
      { ...LET_THROUGH, ...FROM_HERE },
      { form, to: '/admin/sign-out' },
    )
    expect(response.headers.get('location')).toBe('/cdn-cgi/access/logout')
  })
})

describe('the admin API', () => {
  it('does nothing that another site makes a reader of Access ask for', async () => {
    const app = new Hono()
    app.use(
      '*',
      requireAdmin(() => AUTH),
    )
    app.all('*', (c) => c.text('done'))
    const post = (headers: Record<string, string>) =>
      app.request(`${ORIGIN}/admin/api/x`, {
        method: 'POST',
        headers: { ...LET_THROUGH, ...headers },
      })
    expect((await post(FROM_ELSEWHERE)).status).toBe(403)
    expect((await post(FROM_HERE)).status).toBe(200)
    expect((await post({})).status).toBe(200)
  })
})
