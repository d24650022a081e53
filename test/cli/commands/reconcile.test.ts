import { expect, it } from 'vitest'
import { CliScenario } from '../../support/scenarios/cli-scenario.ts'

it('reconcile begins a comparison, which finds what no event told', async () => {
  const scenario = new CliScenario()
  await scenario.begins()
  const field = scenario.portal.fields.get(236)
  scenario.portal.fields.set(236, { ...field, SORT: '7' })
  expect(await scenario.run(['reconcile', 'acme.bitrix24.com'])).toEqual({
    code: 0,
    err: '',
    out: 'The comparison has begun: `status` tells when it is over.\n',
  })
  await scenario.passes(60_000)
  const { out } = await scenario.run(['events', 'acme.bitrix24.com', '--json'])
  expect(JSON.parse(out).events).toMatchObject([
    { origin: 'reconciled', changes: [{ attribute: 'SORT', before: '100', after: '7' }] },
  ])
  expect(
    JSON.parse((await scenario.run(['reconcile', 'acme.bitrix24.com', '--json'])).out),
  ).toEqual({
    started: true,
  })
  expect(await scenario.run(['reconcile', 'nobody.bitrix24.com'])).toMatchObject({ code: 5 })
})
