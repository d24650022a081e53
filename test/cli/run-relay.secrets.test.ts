/** No command prints the admin token or a secret of the relay, whether it succeeds or fails (G6). */
import { beforeAll, describe, expect, it } from 'vitest'
import { ADMIN_TOKEN } from '../simulation/cast/relay.ts'
import { CliScenario } from '../support/scenarios/cli-scenario.ts'
import { SIGNING_SECRET } from '../support/worker/runtime-bindings.ts'

const scenario = new CliScenario()

beforeAll(async () => {
  await scenario.begins()
  scenario.erp.becomes('refuses')
  await scenario.sends(2)
})

const ACME = 'acme.bitrix24.com'

const LINES: readonly (readonly string[])[] = [
  ['status'],
  ['status', ACME],
  ['portals'],
  ['events', ACME],
  ['why', ACME, '1'],
  ['parked'],
  ['replay', 'erp', '--portal', ACME, '--parked', '--dry-run'],
  ['pause', 'erp', '--all-portals'],
  ['resume', 'erp', '--portal', ACME],
  ['test', 'erp'],
  ['preview', 'erp', '--portal', ACME, '--event', '1'],
  ['reconcile', ACME],
  ['values', 'set', ACME, 'NAME'],
  ['values', 'unset', ACME, 'NAME'],
  ['export', ACME],
  ['keys', 'rotate'],
  ['doctor', '--portal', ACME, '--send'],
]

const SECRET = new RegExp(`${ADMIN_TOKEN}|${SIGNING_SECRET.slice('whsec_'.length)}|canary|shh`, 'u')

describe.each([
  ['a relay that answers', {}],
  ['a relay that cannot be reached', { fetch: () => Promise.reject(new TypeError(ADMIN_TOKEN)) }],
  ['an echo', { fetch: async (_url: string, init: RequestInit) => Response.json(init.headers) }],
] as const)('with %s', (_case, surroundings) => {
  it.each(LINES)('%s shows no secret', async (...args) => {
    for (const options of [[], ['--json']]) {
      const { out, err } = await scenario.run([...args, ...options], {
        input: 'shh',
        files: { 'secrets.env': `ADMIN_TOKEN=${ADMIN_TOKEN}` },
        ...surroundings,
      })
      expect(`${out}${err}`).not.toBe('')
      expect(`${out}${err}`).not.toMatch(SECRET)
    }
  })
})
