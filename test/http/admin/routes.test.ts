/** What all routes of the admin API have in common: without a portal there is nothing to find. */
import { describe, expect, it } from 'vitest'
import { ADMIN_ROUTES, adminOf, refusal } from '../../support/worker/admin-api.ts'

const UNKNOWN = 'f'.repeat(32)
/** The routes that ask a portal's object. The refused requests of a portal stand in KV, and an unknown one has none. */
const PORTAL_ROUTES = ADMIN_ROUTES.filter(
  (route) => route.includes('{portal}') && !route.includes('/refused'),
)

const { ask } = adminOf(() => UNKNOWN)

describe('a portal that is not known', () => {
  it.each(PORTAL_ROUTES)('%s: 404', async (route) => {
    const bodies: Readonly<Record<string, unknown>> = {
      replay: { parked: true },
      park: { sequence: 1 },
      NAME: { value: 'x' },
      '{portal}': { domain: 'acme.bitrix24.com' },
    }
    const body = route.startsWith('GET') ? undefined : bodies[route.split('/').at(-1) ?? '']
    const asked = route.endsWith('/why') ? `${route}?sequence=1` : route
    const of = (memberId: string) => ask(asked.replace('{portal}', memberId), { body })
    expect(await of(UNKNOWN)).toEqual(refusal(404, 'not_found'))
    expect(await of('acme.bitrix24.com')).toEqual(refusal(404, 'not_found'))
  })
})
