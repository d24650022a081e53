/** The page of the admin API names every route, and its examples are requests that the routes take. */
import { describe, expect, it } from 'vitest'
import page from '../../docs/admin-api.md?raw'
import { NO_TOTALS } from '../../src/core/reports/report-totals.ts'
import { ok } from '../../src/core/result.ts'
import { createAdminRoutes, type AdminDeps } from '../../src/http/admin/routes.ts'
import { errorResponse, type ErrorCode } from '../../src/http/error-response.ts'
import { aReport } from '../support/builders/a-report.ts'
import { whyFactsOf } from '../support/builders/a-why.ts'
import { configured, person } from '../support/builders/entries.ts'
import { NOW } from '../support/time.ts'
import { MEMBER_ID } from '../support/identity.ts'

const API = 'https://relay.example.com/admin/api'
/** A portal's object that does whatever it is asked for. */
const PORTAL_OBJECT = {
  view: async () => ({}),
  events: async () => ({}),
  event: async () => ({}),
  parked: async () => [],
  why: async () => whyFactsOf(),
  seals: async () => ({ keys: [], copyBehind: false }),
  controlLane: async () => ok('active'),
  replay: async () => ok(1),
  setValue: async () => 'done',
  removePin: async () => 'done',
  history: async () => ({ hours: [], lanes: [] }),
  renewRobotAddress: async () => 'https://relay.example.com/bitrix24/robots/secret',
  removeRobotAddress: async () => true,
  reconcile: async () => 'started',
  exportPage: async () => [],
  eraseEvent: async () => 'done',
  erase: async () => ({ kind: 'done', erased: 0 }),
  preview: async () => ok({ headers: {}, body: {} }),
  sendTestMessage: async () => ({ kind: 'delivered', status: 200 }),
}

const NOTHING = {
  async *pages() {},
  async *refusedPages() {},
}

/** A directory with nothing in it. */
const DIRECTORY = {
  listPortals: async () => [],
  listReports: async () => ({ portals: [], cursor: null }),
  listPending: async () => [],
  portalsNamed: async () => [{ memberId: MEMBER_ID, report: aReport() }],
  sumReports: async () => NO_TOTALS,
  beginOrder: async () => {},
  nextOrdered: async () => null,
  listRefused: async () => [],
}

// Sound: the routes call no other member.
const DEPS = {
  directory: DIRECTORY,
  now: () => NOW,
  clientOf: () => PORTAL_OBJECT,
  drain: { clientOf: () => PORTAL_OBJECT, spill: { store: NOTHING }, logLine: () => {} },
  sending: {
    destinations: configured([person('crm-alerts')]),
    policy: { allowLocal: false },
    world: { fetch: async () => new Response('ok'), now: () => NOW, newReceipt: () => 'r' },
  },
} as unknown as AdminDeps

const routes = createAdminRoutes(() => DEPS)

/** The routes as the page writes them. */
const ROUTES = [
  ...new Set(
    routes.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
      .map((route) => route.replace('{name}', '{NAME}')),
  ),
]

interface Section {
  readonly route: string
  readonly text: string
}

const sections: readonly Section[] = page
  .split('\n### ')
  .slice(1)
  .map((text) => ({ route: /^`([^`]+)`/.exec(text)?.[1] ?? '', text }))

/** The examples of a section: method, address and body. */
function examplesOf({ text }: Section) {
  return [...text.matchAll(/^curl (?:-X (\w+) )?-H "[^"]+" "([^"]+)"(?: -d '([^']+)')?$/gm)].map(
    ([, method = 'GET', address = '', body]) => ({
      method,
      url: address.replace('$RELAY', '').replace('$PORTAL', MEMBER_ID),
      body,
    }),
  )
}

/** The requests of a route. */
function patternOf(route: string): RegExp {
  return new RegExp(`^${route.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
}

describe('docs/admin-api.md', () => {
  it('has a section for every route, and for nothing else', () => {
    expect(sections.map(({ route }) => route).toSorted()).toEqual(ROUTES.toSorted())
  })

  it.each(sections)(
    '$route: its examples are taken, with the status that it names',
    async (section) => {
      const examples = examplesOf(section)
      expect(examples.length).toBe(section.text.split('\ncurl ').length - 1)
      expect(examples).not.toEqual([])
      for (const { method, url, body } of examples) {
        const [path = ''] = url.split('?')
        expect(`${method} ${path}`).toMatch(patternOf(section.route))
        const answer = await routes.request(`${new URL(API).origin}${url}`, {
          method,
          ...(body !== undefined && { body }),
        })
        expect(`Answer: ${answer.status}.`).toBe(/^Answer: \d+\./m.exec(section.text)?.[0])
      }
    },
  )

  it('names each error of a section in the table, with the status that it has', () => {
    const rows = [...page.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)]
    const table = new Map(rows.map(([, code = '', status]) => [code, Number(status)]))
    // Sound: a code that does not exist has no answer, and throws.
    const answered = [...table.keys()].map((code) => [
      code,
      errorResponse(code as ErrorCode).status,
    ])
    expect([...table]).toEqual(answered)
    const named = sections.flatMap(({ text }) => {
      const [, errors = ''] = /^Answer: .* Errors: (.*)$/m.exec(text) ?? []
      return [...errors.matchAll(/`(\w+)`/g)].map(([, code]) => code)
    })
    expect([...new Set(named)].filter((code) => !table.has(code ?? ''))).toEqual([])
  })

  it('lists every route in the table of all requests', () => {
    const start = page.indexOf('## All requests')
    const table = page.slice(start, page.indexOf('\n## ', start + 1))
    const missing = ROUTES.filter((route) => {
      const [method = '', path = ''] = route.split(' ')
      return !table
        .split('\n')
        .some((row) => row.includes(`\`${method}`) && row.includes(`${path}\``))
    })
    expect(missing).toEqual([])
  })
})
