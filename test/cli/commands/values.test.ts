/** A value is a secret: it comes by a way that nobody else reads, and goes nowhere but to the relay. */
import { beforeEach, describe, expect, it } from 'vitest'
import { CliScenario, type Surroundings } from '../../support/scenarios/cli-scenario.ts'
import { MEMBER_ID } from '../../support/identity.ts'

let scenario: CliScenario

beforeEach(async () => {
  scenario = new CliScenario()
  await scenario.begins({
    DESTINATIONS: [{ name: 'own', type: 'slack', url: '$portal.SLACK_URL' }],
  })
})

const SET = ['values', 'set', 'acme.bitrix24.com', 'SLACK_URL']

describe('values', () => {
  it.each<[string, readonly string[], (url: string) => Surroundings]>([
    ['standard input', [], (url) => ({ input: `${url}\n` })],
    ['the environment', ['--from-env', 'URL'], (url) => ({ env: { URL: url } })],
    ['a file', ['--from-file', 'url.txt'], (url) => ({ files: { 'url.txt': `${url}\r\n` } })],
  ])('takes a value from %s', async (_case, options, surroundings) => {
    const ran = await scenario.run([...SET, ...options], surroundings(scenario.crm.url))
    expect(ran).toEqual({ code: 0, err: '', out: 'SLACK_URL is stored.\n' })
    await scenario.sends()
    expect(scenario.crm.taken).toHaveLength(1)
    const stored = scenario.relay.portals.object(MEMBER_ID).disk.texts().join('\n')
    expect(stored).toContain('SLACK_URL')
    expect(stored).not.toContain(scenario.crm.url)
  })

  it('removes a value', async () => {
    await scenario.run(SET, { input: scenario.crm.url })
    const removed = await scenario.run([
      'values',
      'unset',
      'acme.bitrix24.com',
      'SLACK_URL',
      '--json',
    ])
    expect([removed.code, JSON.parse(removed.out)]).toEqual([0, { removed: 'SLACK_URL' }])
    await scenario.sends()
    expect(scenario.crm.taken).toHaveLength(0)
  })

  it.each<[string, readonly string[], Surroundings]>([
    ['an empty value', [], { input: '\n' }],
    ['a variable that is not set', ['--from-env', 'NONE'], {}],
    ['a file that does not exist', ['--from-file', 'none'], {}],
    ['two sources', ['--from-env', 'A', '--from-file', 'b'], {}],
    ['a terminal, which would show it', [], { isInteractive: true }],
  ])('refuses %s', async (_case, options, surroundings) => {
    expect(await scenario.run([...SET, ...options], surroundings)).toMatchObject({
      code: 2,
      out: '',
    })
  })

  it('refuses a name that is none', async () => {
    const ran = await scenario.run(['values', 'set', 'acme.bitrix24.com', 'a b'], { input: 'x' })
    expect(ran).toMatchObject({ code: 6, out: '' })
  })
})
