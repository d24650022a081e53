/** Fresh keys, and the rotation of the token keys up to the moment at which the former one may go. */
import { parseEnv } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { CliScenario, runAlone } from '../../support/scenarios/cli-scenario.ts'

describe('keys', () => {
  it('prints lines of a secrets file, each value under the name of its setting', async () => {
    const { code, out } = await runAlone(['keys'])
    expect(code).toBe(0)
    expect(parseEnv(out)).toEqual({
      TOKEN_KEYS: expect.stringMatching(/^\{"k.+":".+"\}$/u),
      ADMIN_TOKEN: expect.stringMatching(/^[\w-]{43}$/u),
      ERP_SIGNING_SECRET: expect.stringMatching(/^whsec_/u),
      ERP_SIGNING_KEY: expect.stringMatching(/^whsk_/u),
    })
    expect(out).toMatch(/verifies with whpk_/u)
  })

  it('gives JSON', async () => {
    expect(Object.keys(JSON.parse((await runAlone(['keys', '--json'])).out))).toEqual([
      'TOKEN_KEYS',
      'ADMIN_TOKEN',
      'ERP_SIGNING_SECRET',
      'ERP_SIGNING_KEY',
      'publicKey',
    ])
  })
})

const K1 = 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE='
const K2 = 'OTk5MzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE='

describe('keys rotate', () => {
  const scenario = new CliScenario()

  beforeAll(() => scenario.begins())

  const rotate = (...options: readonly string[]) => scenario.run(['keys', 'rotate', ...options])

  it('has nothing to say of one key', async () => {
    expect(await rotate()).toEqual({
      code: 0,
      err: '',
      out: `KEY  RECORDS  PORTALS  WHAT TO DO
k1   1        1        seals new records: it stays

1 portal asked.
`,
    })
  })

  it('says how many records the former key still seals', async () => {
    scenario.deploys({ TOKEN_KEYS: { k2: K2, k1: K1 } })
    const { code, out } = await rotate()
    expect(code).toBe(1)
    expect(out).toContain(`k2   0        0        seals new records: it stays
k1   1        1        wait: the daily visit, at 03:17 UTC, seals its records again
`)
  })

  it('says that it may go after the daily visit', async () => {
    await scenario.plays(() => scenario.relay.cron('daily'))
    await scenario.passes(60_000)
    const { code, out } = await rotate('--json')
    expect(JSON.parse(out)).toEqual({
      keys: [
        { key: 'k2', configured: true, newest: true, records: 1, portals: 1, mayGo: false },
        { key: 'k1', configured: true, newest: false, records: 0, portals: 0, mayGo: true },
      ],
      portals: 1,
      unknown: 0,
      copiesBehind: 0,
      spilled: 0,
      spillRefused: 0,
    })
    expect(code).toBe(0)
    expect((await rotate()).out).toContain('may go: take it out of TOKEN_KEYS')
  })

  it('says that a key is missing which sealed something', async () => {
    scenario.deploys({ TOKEN_KEYS: { k1: K1 } })
    const { code, out } = await rotate()
    expect(code).toBe(1)
    expect(out).toContain('k2   1        1        put it back into TOKEN_KEYS')
  })
})
