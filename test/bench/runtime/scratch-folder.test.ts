import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { makeScratchFolder } from '../../../bench/runtime/scratch-folder.ts'

const parent = mkdtempSync(join(tmpdir(), 'scratch-test-'))
const MODULE = fileURLToPath(new URL('../../../bench/runtime/scratch-folder.ts', import.meta.url))

afterAll(() => rmSync(parent, { recursive: true, force: true }))

describe('makeScratchFolder()', () => {
  it('makes a folder of its own, and removes it with everything in it', () => {
    const [one, other] = [1, 2].map(() => makeScratchFolder(parent, 'a-'))
    writeFileSync(join(one?.path ?? '', 'file'), '')
    one?.remove()
    expect([one, other].map((folder) => existsSync(folder?.path ?? ''))).toEqual([false, true])
    other?.remove()
  })

  it('is gone when the process ends without removing it', async () => {
    const program = `import { makeScratchFolder } from ${JSON.stringify(MODULE)}
      process.stdout.write(makeScratchFolder(${JSON.stringify(parent)}, 'b-').path)
      process.exit(130)`
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', program])
    const { stdout } = await run.catch((error: { stdout: string }) => error)
    expect(stdout).toContain('b-')
    expect(existsSync(stdout)).toBe(false)
  })
})
