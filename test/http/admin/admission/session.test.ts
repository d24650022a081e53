/** The session of the dashboard, and its time. */
import { Hono } from 'hono'
import { expect, it } from 'vitest'
import {
  beginSession,
  endSession,
  isFormOf,
  formTokenOf,
  readSession,
  SESSION_MS,
} from '../../../../src/http/admin/admission/session.ts'
import { NOW } from '../../../support/time.ts'

const TERMS = { adminToken: 'a-token', now: NOW }

/** Whether a cookie is a session at a time. */
async function isSession(cookie: string, now: number, adminToken = 'a-token'): Promise<boolean> {
  const app = new Hono()
  app.get('/', async (c) => c.json(await readSession(c, { adminToken, now })))
  const answer = await app.request('https://relay.example.com/', { headers: { cookie } })
  return (await answer.json()) !== null
}

async function aCookie(): Promise<string> {
  const app = new Hono()
  app.get('/', async (c) => {
    await beginSession(c, TERMS)
    return c.body(null)
  })
  const answer = await app.request('https://relay.example.com/')
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
}

it('a session lasts twelve hours, whatever the browser keeps', async () => {
  const cookie = await aCookie()
  expect(await isSession(cookie, NOW)).toBe(true)
  expect(await isSession(cookie, NOW + SESSION_MS - 1)).toBe(true)
  expect(await isSession(cookie, NOW + SESSION_MS)).toBe(false)
})

it('a clock that was set back makes no session longer', async () => {
  expect(await isSession(await aCookie(), NOW - 1)).toBe(false)
})

it('a session is none under another admin token', async () => {
  expect(await isSession(await aCookie(), NOW, 'another-token')).toBe(false)
})

it('two sessions differ, and so do the proofs of their forms', async () => {
  const [one, other] = [await aCookie(), await aCookie()]
  expect(one).not.toBe(other)
  expect(await isFormOf(one, await formTokenOf(one))).toBe(true)
  expect(await isFormOf(one, await formTokenOf(other))).toBe(false)
  expect(await isFormOf(one, null)).toBe(false)
  expect(await isFormOf(one, '')).toBe(false)
})

it('the end of a session takes the cookie away', async () => {
  const app = new Hono()
  app.get('/', (c) => {
    endSession(c)
    return c.body(null)
  })
  const answer = await app.request('https://relay.example.com/')
  expect(answer.headers.get('set-cookie')).toBe('__Host-relay-session=; Max-Age=0; Path=/; Secure')
})
