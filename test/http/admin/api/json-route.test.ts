import { Hono } from 'hono'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as v from 'valibot'
import {
  ADMIN_MS,
  readJson,
  readQuery,
  reply,
  replyOrNotFound,
  withPortal,
} from '../../../../src/http/admin/api/json-route.ts'
import type { ListedPortal } from '../../../../src/objects/report-store.ts'
import { aReport } from '../../../support/builders/a-report.ts'
import { never, portalsWith } from '../../../support/builders/an-intake.ts'
import { refusal } from '../../../support/worker/admin-api.ts'
import { refused } from '../../../support/worker/refusals.ts'
import { MEMBER_ID } from '../../../support/identity.ts'

const NO_DIRECTORY = { portalsNamed: async () => [] }

const NOT_FOUND = refused('not_found')

describe('withPortal()', () => {
  const OTHER = 'b'.repeat(32)

  /** The directory knows these portals by the domain that is asked for. */
  function ask(memberId: string, known: readonly ListedPortal[] = []): Promise<Response> {
    const routes = new Hono()
    const directory = {
      portalsNamed: async (domain: string) =>
        known.filter(({ report }) => report.domain === domain),
    }
    routes.get('/:memberId', (c) =>
      withPortal(c, { clientOf: portalsWith({}), directory }, (_client, named) =>
        Promise.resolve(reply({ named })),
      ),
    )
    return Promise.resolve(routes.request(`/${memberId}`))
  }

  it.each([MEMBER_ID, MEMBER_ID.toUpperCase()])('finds the portal %s', async (memberId) => {
    expect(await (await ask(memberId)).json()).toEqual({ named: MEMBER_ID })
  })

  it.each(['acme.bitrix24.com', MEMBER_ID.slice(1), `${MEMBER_ID}0`, 'g'.repeat(32)])(
    'finds none at %s',
    async (memberId) => {
      const response = await ask(memberId)
      expect({ status: response.status, body: await response.json() }).toEqual(NOT_FOUND)
    },
  )

  it.each(['acme.bitrix24.com', 'ACME.bitrix24.com'])('finds the portal by %s', async (domain) => {
    const known = [{ memberId: MEMBER_ID, report: aReport() }]
    expect(await (await ask(domain, known)).json()).toEqual({ named: MEMBER_ID })
  })

  it('finds the portal that is still there by a domain that another had before', async () => {
    const former = { memberId: OTHER, report: aReport({ state: 'uninstalled' }) }
    const present = { memberId: MEMBER_ID, report: aReport({ state: 'tokens_lost' }) }
    const answer = await ask('acme.bitrix24.com', [former, present])
    expect(await answer.json()).toEqual({ named: MEMBER_ID })
    expect(await (await ask('acme.bitrix24.com', [former])).json()).toEqual({ named: OTHER })
  })

  it('guesses none of several', async () => {
    const both = [MEMBER_ID, OTHER].map((memberId) => ({ memberId, report: aReport() }))
    const response = await ask('acme.bitrix24.com', both)
    expect({ status: response.status, body: await response.json() }).toEqual(
      refusal(409, 'ambiguous_domain'),
    )
  })
})

describe('readQuery()', () => {
  const schema = v.strictObject({ limit: v.optional(v.string()) })

  async function read(query: string): Promise<unknown> {
    const routes = new Hono()
    routes.get('/', (c) => reply(readQuery(c, schema)))
    return (await routes.request(`/${query}`)).json()
  }

  it.each([
    ['', {}],
    ['?limit=1', { limit: '1' }],
    ['?limit=1&limit=2', null],
    ['?limits=1', null],
  ])('reads %j as %j', async (query, value) => {
    expect(await read(query)).toEqual(value)
  })
})

describe('withPortal() and an object that never answers', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it('ends after 30 s', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const routes = new Hono()
    routes.get('/:memberId', (c) =>
      withPortal(c, { clientOf: portalsWith({}), directory: NO_DIRECTORY }, never),
    )
    routes.onError((error) => new Response(error.message, { status: 500 }))
    const answer = Promise.resolve(routes.request(`/${MEMBER_ID}`))
    await vi.advanceTimersByTimeAsync(ADMIN_MS)
    expect(await (await answer).text()).toBe('Cannot wait any longer for the portal')
    expect(ADMIN_MS).toBe(30_000)
  })
})

describe('readJson()', () => {
  const schema = v.strictObject({ value: v.number() })

  function read(body: string): Promise<unknown> {
    const request = new Request('https://relay.example.com/', { method: 'POST', body })
    return readJson(request, schema)
  }

  it('gives what the schema takes', async () => {
    expect(await read('{"value":1}')).toEqual({ value: 1 })
  })

  it.each(['', 'no JSON', 'null', '{}', '{"value":"1"}', '{"value":1,"more":1}'])(
    'gives null for %j',
    async (body) => {
      expect(await read(body)).toBeNull()
    },
  )

  it('reads 16 KiB, and no more', async () => {
    const start = '{"value":1}'
    const most = start + ' '.repeat(16 * 1024 - start.length)
    expect(await read(most)).toEqual({ value: 1 })
    expect(await read(`${most} `)).toBeNull()
  })
})

describe('reply() and replyOrNotFound()', () => {
  it('answer with JSON that nobody may keep', async () => {
    const answers = [reply({ a: 1 }, 202), replyOrNotFound({ a: 1 }), replyOrNotFound(null)]
    const seen = answers.map(async (answer) => ({
      status: answer.status,
      cache: answer.headers.get('cache-control'),
      body: await answer.json(),
    }))
    expect(await Promise.all(seen)).toEqual([
      { status: 202, cache: 'no-store', body: { a: 1 } },
      { status: 200, cache: 'no-store', body: { a: 1 } },
      { ...NOT_FOUND, cache: 'no-store' },
    ])
  })
})
