import { beforeEach, describe, expect, it } from 'vitest'
import { CliScenario } from '../../support/scenarios/cli-scenario.ts'

let scenario: CliScenario

beforeEach(async () => {
  scenario = new CliScenario()
  await scenario.begins()
})

describe('events', () => {
  it('shows the newest events, oldest first, with their fates', async () => {
    scenario.erp.becomes('refuses')
    await scenario.sends(3)
    const { out } = await scenario.run(['events', 'acme.bitrix24.com', '--limit', '2'])
    expect(out).toBe(
      `EVENT  RECEIVED              NAME                           OF          BY      FATES
2      2026-09-21 14:14:25Z  onCrmRequisiteUserFieldUpdate  UF_CRM_235  User 1  erp parked (http_400), crm delivered
3      2026-09-21 14:14:30Z  onCrmRequisiteUserFieldUpdate  UF_CRM_235  User 1  erp parked (http_400), crm delivered
`,
    )
    const before = await scenario.run(['events', 'acme.bitrix24.com', '--before', '2', '--json'])
    expect(JSON.parse(before.out)).toMatchObject({ events: [{ sequence: 1, userName: 'User 1' }] })
  })

  it('follows the events that come, each once, until it is interrupted', async () => {
    await scenario.sends(2)
    const { code, out } = await scenario.run(
      ['events', 'acme.bitrix24.com', '--follow', '--limit', '1'],
      {
        meanwhile: async () => {
          await scenario.passes(5000)
          await scenario.sends(3)
          await scenario.passes(5000)
        },
      },
    )
    expect(code).toBe(0)
    expect(out.split('\n').map((line) => line.split(' ')[0])).toEqual(['2', '3', '4', '5', ''])
  })

  it('follows an empty log, as lines of JSON', async () => {
    const { out } = await scenario.run(['events', 'acme.bitrix24.com', '--follow', '--json'], {
      meanwhile: () => scenario.sends(2),
    })
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).sequence)
    expect(lines).toEqual([1, 2])
  })

  it('asks a relay again that does not answer for a moment, and says so once', async () => {
    const { relay } = scenario
    let asked = 0
    const { code, out, err } = await scenario.run(['events', 'acme.bitrix24.com', '--follow'], {
      fetch: (url, init) => {
        asked += 1
        return asked === 2 || asked === 3
          ? Promise.reject(new TypeError('fetch failed'))
          : relay.fetch(url, init)
      },
      meanwhile: async () => {
        await scenario.passes(5000)
        await scenario.sends(1)
        await scenario.passes(5000)
      },
    })
    expect(code).toBe(0)
    expect(out).toMatch(/^1 /u)
    expect(err).toBe(
      'Cannot reach https://relay.example.com: the connection failed; it is asked again\n',
    )
  })

  it('follows more events at a time than the relay gives on a page', async () => {
    const { out } = await scenario.run(
      ['events', 'acme.bitrix24.com', '--follow', '--json', '--interval', '3600'],
      {
        meanwhile: async () => {
          await scenario.passes(1000)
          for (let sent = 0; sent < 230; sent += 1) {
            const ts = scenario.portal.nextTs()
            await scenario.plays(() => scenario.portal.sends(235, 'updated', { ts, userId: 1 }))
          }
          await scenario.passes(3_600_000)
        },
      },
    )
    const sequences = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).sequence)
    expect(sequences).toEqual(Array.from({ length: 230 }, (_, index) => index + 1))
  })

  it('names and texts from the portal cannot move the cursor', async () => {
    scenario.portal.bitrix24.rest.users.set(1, '\u001b[2J\u001b]0;owned\u0007\u009b31mAnna\u202e')
    await scenario.sends()
    for (const options of [[], ['--json']]) {
      const { out } = await scenario.run(['events', 'acme.bitrix24.com', ...options])
      expect(out).toContain('Anna')
      expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    }
  })
})
