/** Who may see the pages of the dashboard: a sign-in, its session, and the proof that every form brings. */
import { describe, expect, it } from 'vitest'
import { refusal } from '../../../support/worker/admin-api.ts'
import { Browser, formTokenIn, ORIGIN } from '../../../support/worker/browser.ts'
import { ADMIN_TOKEN } from '../../../support/worker/runtime-bindings.ts'

const BEARER = { authorization: `Bearer ${ADMIN_TOKEN}` }

/** A caller of its own for each test, since wrong tokens are counted by it. */
let callers = 0
function from(): Record<string, string> {
  callers += 1
  return { 'cf-connecting-ip': `198.51.101.${callers}` }
}

describe('without credentials', () => {
  it('a browser gets the page of the sign-in, whatever it asks for', async () => {
    for (const path of ['/admin', '/admin/', '/admin/portals/x', '/admin/nothing?a=1']) {
      const response = await new Browser().asks(path)
      expect(response.status).toBe(401)
      expect(await response.text()).toContain('<h1>Sign in</h1>')
    }
  })

  it('opening the page of the sign-in counts as no wrong token', async () => {
    const headers = from()
    const statuses: number[] = []
    for (let count = 0; count < 12; count += 1) {
      statuses.push((await new Browser().asks('/admin', { headers })).status)
    }
    expect(new Set(statuses)).toEqual(new Set([401]))
    const wrong = await new Browser().asks('/admin/sign-in', { headers, form: { token: 'wrong' } })
    expect(wrong.status).toBe(401)
  })

  it('a program gets the error of the admin API', async () => {
    const headers = { accept: '*/*', ...from() }
    const response = await new Browser().asks('/admin', { headers })
    expect({ status: response.status, body: await response.json() }).toEqual(
      refusal(401, 'unauthorized'),
    )
  })

  it('the whole tree is a 404 while no admin token is configured, the sign-in too', async () => {
    const browser = new Browser()
    await browser.signsIn()
    const settings = { ADMIN_TOKEN: undefined }
    const asked = [
      await browser.asks('/admin', { settings }),
      await browser.asks('/admin/portals/x', { settings, headers: BEARER }),
      await browser.asks('/admin/sign-in', { settings, form: { token: '' } }),
      await browser.asks('/admin/sign-out', { settings, form: {} }),
    ]
    for (const response of asked) {
      expect({ status: response.status, body: await response.json() }).toEqual(
        refusal(404, 'not_found'),
      )
    }
  })
})

describe('the sign-in', () => {
  it('begins a session of twelve hours, in a cookie that no script and no other site gets', async () => {
    const response = await new Browser().asks('/admin/sign-in', { form: { token: ADMIN_TOKEN } })
    expect([response.status, response.headers.get('location')]).toEqual([303, '/admin'])
    const [pair = '', ...attributes] = (response.headers.get('set-cookie') ?? '').split('; ')
    expect(pair).toMatch(/^__Host-relay-session=\d+\./)
    expect(attributes.toSorted()).toEqual([
      'HttpOnly',
      'Max-Age=43200',
      'Path=/',
      'SameSite=Strict',
      'Secure',
    ])
    expect(decodeURIComponent(pair)).not.toContain(ADMIN_TOKEN)
  })

  it('takes the token with blanks around it, as it is copied out of a terminal', async () => {
    const response = await new Browser().asks('/admin/sign-in', {
      form: { token: ` ${ADMIN_TOKEN}\n` },
    })
    expect(response.status).toBe(303)
  })

  it.each([
    ['/admin/portals/abc/events/12?fate=parked', '/admin/portals/abc/events/12?fate=parked'],
    ['//evil.example', '/admin'],
    ['https://evil.example/admin', '/admin'],
    ['/admin/../healthz', '/admin/../healthz'],
    ['/admin\\@evil.example', '/admin'],
    ['/healthz', '/admin'],
  ])('leads to %s as %s', async (to, location) => {
    const response = await new Browser().asks('/admin/sign-in', {
      form: { token: ADMIN_TOKEN, to },
    })
    expect(response.headers.get('location')).toBe(location)
  })

  it('keeps where the reader wanted to go, over a wrong token too', async () => {
    const browser = new Browser()
    const asked = await (await browser.asks('/admin/portals/abc?q=1')).text()
    expect(asked).toContain('name="to" value="/admin/portals/abc?q=1"')
    const headers = from()
    const form = { token: 'wrong', to: '/admin/portals/abc?q=1' }
    const again = await (await browser.asks('/admin/sign-in', { form, headers })).text()
    expect(again).toContain('name="to" value="/admin/portals/abc?q=1"')
    expect(again).toContain('This is not the admin token')
  })

  it('counts wrong tokens together with those of bearers, and still takes the right one', async () => {
    const headers = from()
    const browser = new Browser()
    const statuses: number[] = []
    for (let count = 0; count < 5; count += 1) {
      const wrong = { headers: { ...headers, authorization: 'Bearer wrong' } }
      statuses.push((await browser.asks('/admin/api/portals/x', wrong)).status)
      const form = { token: 'wrong' }
      statuses.push((await browser.asks('/admin/sign-in', { form, headers })).status)
    }
    expect(new Set(statuses)).toEqual(new Set([401]))
    const limited = await browser.asks('/admin/sign-in', { form: { token: 'wrong' }, headers })
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '60'])
    expect(await limited.text()).toContain('wait a minute')
    await browser.signsIn({ headers })
  })

  it('counts a wrong bearer of a page too', async () => {
    const headers = { ...from(), authorization: 'Bearer wrong' }
    const statuses: number[] = []
    for (let count = 0; count < 11; count += 1) {
      statuses.push((await new Browser().asks('/admin', { headers })).status)
    }
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429])
  })

  it('loads itself again for a reader who followed a link of another site', async () => {
    const headers = { 'sec-fetch-site': 'cross-site' }
    const browser = new Browser()
    expect(await (await browser.asks('/admin', { headers })).text()).toContain(
      'http-equiv="refresh"',
    )
    expect(await (await browser.asks('/admin')).text()).not.toContain('http-equiv="refresh"')
  })
})

describe('a session', () => {
  it('opens the pages, and not the admin API', async () => {
    const browser = new Browser()
    await browser.signsIn()
    expect((await browser.asks('/admin/nothing')).status).toBe(404)
    const api = await browser.asks('/admin/api/portals/x', { headers: from() })
    expect(api.status).toBe(401)
  })

  it('ends with the admin token', async () => {
    const browser = new Browser()
    await browser.signsIn()
    const settings = { ADMIN_TOKEN: 'another-admin-token-0123456' }
    expect((await browser.asks('/admin/nothing', { settings })).status).toBe(401)
  })

  it('ends with the sign-out', async () => {
    const browser = new Browser()
    await browser.signsIn()
    const response = await browser.posts('/admin/sign-out')
    expect([response.status, response.headers.get('location')]).toEqual([303, '/admin'])
    expect(browser.cookie).toBe('')
    expect((await browser.asks('/admin/nothing')).status).toBe(401)
  })

  it.each([
    ['a later end', (cookie: string) => cookie.replace(/=\d/, '=9')],
    ['another signature', (cookie: string) => cookie.slice(0, -6) + 'AAA%3D'],
    ['no signature', (cookie: string) => cookie.split('.').slice(0, 2).join('.')],
    ['nothing', () => '__Host-relay-session='],
    ['a name without the prefix', (cookie: string) => cookie.replace('__Host-', '')],
  ])('is none with %s', async (_, forge) => {
    const browser = new Browser()
    await browser.signsIn()
    browser.cookie = forge(browser.cookie)
    expect((await browser.asks('/admin/nothing')).status).toBe(401)
  })
})

describe('a form', () => {
  const CASES: readonly (readonly [string, Record<string, string>, boolean])[] = [
    ['of another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, true],
    ['of a sister site', { 'sec-fetch-site': 'same-site', origin: 'https://b.example.com' }, true],
    [
      'of a foreign origin',
      { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' },
      true,
    ],
    ['of no origin', { 'sec-fetch-site': 'same-origin', origin: 'null' }, true],
    ['without its proof', {}, false],
  ]
  it.each(CASES)('%s does nothing', async (_, headers, hasProof) => {
    const browser = new Browser()
    await browser.signsIn()
    const form = hasProof ? { form: await browser.formToken() } : {}
    const response = await browser.asks('/admin/sign-out', { form, headers })
    expect(response.status).toBe(403)
    expect(await response.text()).toContain('Nothing was done')
    expect(browser.cookie).not.toBe('')
  })

  it('with the proof of another session does nothing', async () => {
    const [browser, other] = [new Browser(), new Browser()]
    await browser.signsIn()
    await other.signsIn()
    const form = { form: await other.formToken() }
    expect((await browser.asks('/admin/sign-out', { form })).status).toBe(403)
  })

  it('of another site begins no session, even with the right token', async () => {
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    const form = { token: ADMIN_TOKEN }
    const response = await new Browser().asks('/admin/sign-in', { form, headers })
    expect([response.status, response.headers.get('set-cookie')]).toEqual([403, null])
  })

  it('of a bearer needs no proof, since no page can make another browser send the token', async () => {
    const response = await new Browser().asks('/admin/sign-out', { form: {}, headers: BEARER })
    expect(response.status).toBe(303)
  })

  it('has a proof that does not tell the session', async () => {
    const browser = new Browser()
    await browser.signsIn()
    const html = await (await browser.asks('/admin/nothing')).text()
    const session = decodeURIComponent(browser.cookie.split('=')[1] ?? '')
    expect(formTokenIn(html)).toMatch(/^[\da-f]{64}$/)
    expect(html).not.toContain(session.split('.')[1] ?? '')
    expect(html).not.toContain(ORIGIN)
  })
})
