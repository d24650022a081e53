import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { EXIT } from '../../../cli/exit-codes.ts'
import { Fault } from '../../../cli/fault.ts'
import { runRelay } from '../../../cli/run-relay.ts'
import { aWorld, CliScenario, runAlone } from '../../support/scenarios/cli-scenario.ts'

const ROOT = new URL('../../../', import.meta.url).href.slice('file://'.length)
const FILES = Object.fromEntries(
  ['package.json', 'wrangler.toml', 'node_modules/wrangler/package.json'].map((path) => [
    path,
    readFileSync(`${ROOT}${path}`, 'utf8'),
  ]),
)

describe('doctor', () => {
  it('asks no relay when it is told so, and warns where secrets are missing', async () => {
    const { code, out } = await runAlone(['doctor', '--offline'], { files: FILES })
    expect(code).toBe(0)
    expect(out).toMatch(/^ok {6}node: Node 24\.21\.0\nok {6}wrangler: wrangler 4\.\d+\.\d+\n/u)
    expect(out).toContain('skipped secrets: Neither secrets.env nor .dev.vars is here')
    expect(out).toMatch(/skipped relay: No relay is asked \(--offline\)\n$/u)
  })

  it('goes on where a file cannot be read', async () => {
    const written = { out: '', err: '' }
    const world = aWorld({}, written)
    const readFile = (path: string): string | null => {
      if (path === 'secrets.env') throw new Fault(EXIT.usage, 'Cannot read secrets.env: EACCES')
      return FILES[path] ?? null
    }
    expect(await runRelay(['doctor', '--offline'], { ...world, readFile })).toBe(1)
    expect(written.out).toContain('problem settings: Cannot read secrets.env: EACCES\n')
    expect(written.out).toMatch(/skipped relay: No relay is asked \(--offline\)\n$/u)
  })

  it('skips the relay without its address, and says how to name it', async () => {
    const { code, out } = await runAlone(['doctor'], { files: FILES })
    expect(code).toBe(0)
    expect(out).toContain(
      'skipped relay: Cannot ask the relay as its address is not given\n        Set RELAY_URL',
    )
  })

  it('has exit code 1 when a check finds a problem', async () => {
    const scenario = new CliScenario()
    await scenario.begins()
    expect((await scenario.run(['doctor'], { files: FILES })).code).toBe(0)
    const wrong = await scenario.run(['doctor'], { files: FILES, env: { ADMIN_TOKEN: 'x' } })
    expect(wrong.code).toBe(1)
    expect(wrong.out).toContain('problem admin: A valid admin token is needed (unauthorized)\n')
  })
})
