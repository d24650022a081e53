/** The circumstances of the page that a request gets. */
import { Hono } from 'hono'
import { expect, it } from 'vitest'
import {
  termsOf,
  type Admission,
  type PageEnv,
} from '../../../../src/http/admin/pages/page-context.ts'
import { NOW } from '../../../support/time.ts'

/** The circumstances after an admission, or after none. */
async function termsAfter(admission: Admission | null): Promise<unknown> {
  const app = new Hono<PageEnv>()
  app.get('/', (c) => {
    if (admission !== null) c.set('admission', admission)
    return c.json(termsOf(c, NOW))
  })
  return (await app.request('/')).json()
}

it('a reader with a session sees every page, and its forms are proved', async () => {
  expect(await termsAfter({ formToken: 'a-proof', form: new URLSearchParams() })).toEqual({
    formToken: 'a-proof',
    isAdmitted: true,
    now: NOW,
  })
})

it('a bearer needs no proof, and whoever was not let in sees the sign-in only', async () => {
  const bearer = { formToken: null, form: new URLSearchParams() }
  expect(await termsAfter(bearer)).toEqual({ formToken: null, isAdmitted: true, now: NOW })
  expect(await termsAfter(null)).toEqual({ formToken: null, isAdmitted: false, now: NOW })
})
