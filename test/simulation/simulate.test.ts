/** The command that plays histories runs on Node alone, with everything that the Worker imports. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const COMMAND = join(import.meta.dirname, 'simulate.ts')

it('npm run simulate plays a history', () => {
  const run = spawnSync(process.execPath, [COMMAND, '--seeds', '1'], { encoding: 'utf8' })
  expect(run.stdout + run.stderr).toContain('broken: nothing')
  expect(run.status).toBe(0)
})
