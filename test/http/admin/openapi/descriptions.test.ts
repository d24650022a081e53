/** The descriptions of routes. That each route has one, and each one a route, is seen in test/repository/openapi.test.ts. */
import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { describeAll, DESCRIPTIONS } from '../../../../src/http/admin/openapi/descriptions.ts'

it('describeAll() lets every request pass', async () => {
  const routes = new Hono()
  describeAll(routes)
  routes.all('*', (c) => c.text('reached'))
  for (const route of Object.keys(DESCRIPTIONS)) {
    const [method = '', path = ''] = route.split(' ')
    const response = await routes.request(path.replaceAll(/:\w+/gu, 'x'), { method })
    expect([route, await response.text()]).toEqual([route, 'reached'])
  }
})
