import { beforeAll, describe, expect, it } from 'vitest'
import { CliScenario } from '../../support/scenarios/cli-scenario.ts'

const scenario = new CliScenario()

beforeAll(async () => {
  await scenario.begins()
  scenario.erp.becomes('refuses')
  await scenario.sends(2)
})

const TABLE = `PORTAL             DESTINATION  EVENT  REASON    STATUS  ATTEMPTS  SINCE
acme.bitrix24.com  erp          1      http_400  400     1         2026-09-21 14:14:20Z
acme.bitrix24.com  erp          2      http_400  400     1         2026-09-21 14:14:25Z
`

describe('parked', () => {
  it.each([[['parked']], [['parked', 'acme.bitrix24.com']]])(
    '%o lists what is parked',
    async (args) => {
      expect(await scenario.run(args)).toEqual({ code: 0, err: '', out: TABLE })
    },
  )

  it('gives JSON', async () => {
    const { out } = await scenario.run(['parked', '--json'])
    expect(JSON.parse(out).parked).toMatchObject([
      { portal: 'acme.bitrix24.com', destination: 'erp', sequence: 1 },
      { sequence: 2 },
    ])
  })

  it('says when nothing is', async () => {
    const other = new CliScenario()
    await other.begins()
    expect((await other.run(['parked'])).out).toBe('Nothing is parked.\n')
  })
})
