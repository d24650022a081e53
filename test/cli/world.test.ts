/** The world of the real process: the command line as an operator starts it. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { EXIT } from '../../cli/exit-codes.ts'
import { Fault } from '../../cli/fault.ts'
import { codeOf, createWorld } from '../../cli/world.ts'

const before = process.listeners('SIGINT').length

const ROOT = fileURLToPath(new URL('../..', import.meta.url).href)

it('npm run relay prints its help, and its exit code is that of the command', () => {
  const run = (...args: readonly string[]) => {
    const all = ['--no-warnings', 'cli/main.ts', ...args]
    const { stdout, stderr, status } = spawnSync(process.execPath, all, {
      cwd: ROOT,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '' },
    })
    return { stdout, stderr, status }
  }
  expect(run('--help')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^Usage: relay/u),
  })
  expect(run('status')).toEqual({
    status: 2,
    stdout: '',
    stderr:
      'Cannot ask the relay as its address is not given\nSet RELAY_URL, or give --url https://relay.example.com\n',
  })
})

it('createWorld() reads files, and says null where there is none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cli-world-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'token'), 'secret')
  const world = createWorld(process)
  expect(world.readFile(join(folder, 'token'))).toBe('secret')
  expect(world.readFile(join(folder, 'none'))).toBeNull()
  expect(() => world.readFile(folder)).toThrow(
    new Fault(EXIT.usage, `Cannot read ${folder}: EISDIR`),
  )
  expect(world.nodeVersion).toBe(process.versions.node)
  expect(Math.abs(world.now() - Date.now())).toBeLessThan(60_000)
})

it('a wait ends with its time, or by Ctrl-C', async () => {
  const world = createWorld(process)
  expect(await world.sleep(1)).toBe('over')
  const waiting = world.sleep(3_600_000)
  process.emit('SIGINT')
  expect(await waiting).toBe('interrupted')
  expect(process.listeners('SIGINT')).toHaveLength(before)
})

it('Ctrl-C between two waits ends the second one, so a command always ends in order', async () => {
  const world = createWorld(process)
  expect(await world.sleep(1)).toBe('over')
  process.emit('SIGINT')
  expect(await world.sleep(3_600_000)).toBe('interrupted')
  expect(process.listeners('SIGINT')).toHaveLength(before)
})

it('codeOf() gives the code of a failure of the system', () => {
  expect(codeOf(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))).toBe('ECONNREFUSED')
  expect([codeOf(new Error('x')), codeOf(null)]).toEqual([null, null])
})
