import { beforeEach, describe, expect, it } from 'vitest'
import { CliScenario } from '../../support/scenarios/cli-scenario.ts'

let scenario: CliScenario

beforeEach(async () => {
  scenario = new CliScenario()
  await scenario.begins()
  scenario.erp.becomes('refuses')
  await scenario.sends(2)
  scenario.erp.becomes('works')
})

const HERE = ['--portal', 'acme.bitrix24.com']

function replayed(): number {
  return scenario.erp.taken.filter(({ isReplayed }) => isReplayed).length
}

describe('replay', () => {
  it('only counts in a dry run', async () => {
    const { code, out } = await scenario.run(['replay', 'erp', ...HERE, '--parked', '--dry-run'])
    expect([code, out]).toEqual([0, '2 events would be sent again.\n'])
    const json = await scenario.run(['replay', 'erp', ...HERE, '--parked', '--dry-run', '--json'])
    expect(JSON.parse(json.out)).toEqual({ replayed: 2, dryRun: true })
    await scenario.passes(60_000)
    expect(replayed()).toBe(0)
  })

  it('sends what is parked in a portal', async () => {
    const { out } = await scenario.run(['replay', 'erp', ...HERE, '--parked'])
    expect(out).toBe('2 events will be sent again.\n')
    await scenario.passes(60_000)
    expect(replayed()).toBe(2)
  })

  it('sends a range', async () => {
    const { out } = await scenario.run(['replay', 'erp', ...HERE, '--from', '2', '--to', '2'])
    expect(out).toBe('1 event will be sent again.\n')
    await scenario.passes(60_000)
    expect(scenario.erp.taken.map(({ sequence }) => sequence)).toEqual([2])
  })

  it('sends what is parked in all portals, and counts it before', async () => {
    const all = ['replay', 'erp', '--all-portals', '--parked', '--dry-run']
    expect((await scenario.run(all)).out).toBe(
      `2 events would be sent again.
1 portal asked, 0 did not answer.

PORTAL             EVENTS
acme.bitrix24.com  2
`,
    )
    expect(JSON.parse((await scenario.run([...all, '--json'])).out)).toMatchObject({
      dryRun: true,
      replayed: 2,
      byPortal: [{ domain: 'acme.bitrix24.com', replayed: 2 }],
      cursor: null,
    })
    expect(replayed()).toBe(0)
    const { out } = await scenario.run(['replay', 'erp', '--all-portals', '--parked'])
    expect(out).toBe('What is parked will be sent again in 1 portal.\n')
    await scenario.passes(60_000)
    expect(replayed()).toBe(2)
  })

  it.each([
    [['erp', '--parked'], 'Say where'],
    [['erp', '--parked', '--all-portals', ...HERE], 'Say where'],
    [['erp', ...HERE], 'Say what to replay'],
    [['erp', ...HERE, '--from', '1'], 'Say what to replay'],
    [['erp', ...HERE, '--parked', '--from', '1', '--to', '2'], 'Say what to replay'],
    [['erp', ...HERE, '--from', '3', '--to', '2'], '--from 3 is behind --to 2'],
    [['erp', '--all-portals', '--from', '1', '--to', '2'], 'only what is parked'],
  ])('%o does nothing', async (args, told) => {
    const { code, err } = await scenario.run(['replay', ...args])
    expect([code, err]).toEqual([2, expect.stringContaining(told)])
    await scenario.passes(60_000)
    expect(replayed()).toBe(0)
  })

  it('of a destination that is not known is a failure', async () => {
    const all = ['replay', 'epr', '--all-portals', '--parked']
    expect(await scenario.run(all)).toMatchObject({ code: 5 })
    expect(await scenario.run([...all, '--dry-run'])).toMatchObject({ code: 5 })
  })
})
