/** The page of refused callers over the real directory. */
import { expect } from 'vitest'
import { pageTest as it } from '../../../support/scenarios/page-scenario.ts'
import { Edge, JSON_TYPE } from '../../../support/worker/edge.ts'

it('tells a wrong token of a known portal, and the overview leads there', async ({ scenario }) => {
  await scenario.portal.sends()
  const auth = { member_id: scenario.memberId, application_token: 'a-wrong-token' }
  const wrong = JSON.stringify({ event: 'ONCRMDEALUPDATE', data: { FIELDS: { ID: 1 } }, auth })
  const answer = await new Edge().call(wrong, { contentType: JSON_TYPE })
  expect(answer.status).toBe(403)
  const html = await scenario.reads('/admin/refused')
  expect(html).toContain('In the name of known portals')
  expect(html).toContain(`href="/admin/portals/${scenario.memberId}"`)
  expect(html).not.toContain('a-wrong-token')
  expect(await scenario.reads('/admin')).toContain('href="/admin/refused"')
})
