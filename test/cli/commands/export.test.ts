import { beforeAll, describe, expect, it } from 'vitest'
import { CliScenario } from '../../support/scenarios/cli-scenario.ts'

const scenario = new CliScenario()

beforeAll(async () => {
  await scenario.begins()
  scenario.portal.bitrix24.rest.users.set(1, 'Anna\u001b[2J\u009b')
  await scenario.sends(3)
})

describe('export', () => {
  it.each([
    [[], [1, 2, 3]],
    [['--after', '2'], [3]],
    [['--after', '3'], []],
  ])('%o writes lines of JSON, oldest event first', async (options, expected) => {
    const { code, out } = await scenario.run(['export', 'acme.bitrix24.com', ...options])
    const events = out
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
    expect([code, events.map(({ sequence }) => sequence)]).toEqual([0, expected])
  })

  it('keeps each text as it is, and writes its controls as escapes of JSON', async () => {
    const { out } = await scenario.run(['export', 'acme.bitrix24.com', '--after', '2'])
    expect(out.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
    expect(JSON.parse(out).userName).toContain('Anna')
  })

  it('of a portal that is not known is a failure', async () => {
    expect(await scenario.run(['export', 'nobody.bitrix24.com'])).toMatchObject({
      code: 5,
      out: '',
    })
  })
})
