/** Several scripts beside each other, with a stand-in for npm. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { aProject } from '../support/builders/scratch-project.ts'

const BESIDE = fileURLToPath(new URL('../../scripts/beside.mjs', import.meta.url))

const NPM = `
const [, , , , name] = process.argv
if (name === 'lint') { console.log('a lint error'); process.exitCode = 1 }
if (name === 'types') console.log('no type error')
if (name === 'tests') console.log('a test\\n7 passed, 0 failed, 1 skipped\\nbye')
`

function run(...names: readonly string[]): { status: number | null; lines: readonly string[] } {
  const npm = join(aProject({ 'npm.mjs': NPM }), 'npm.mjs')
  const { status, stdout } = spawnSync(process.execPath, [BESIDE, ...names], {
    env: { ...process.env, npm_execpath: npm, npm_node_execpath: process.execPath },
    encoding: 'utf8',
  })
  const lines = stdout.trim().split('\n')
  return { status, lines: lines.map((line) => line.replace(/[\d.]+ s$/, 'N s')) }
}

test('each output stands under its name, the tests last, then their summary alone', () => {
  const { status, lines } = run('types', 'tests')
  expect(lines).toEqual([
    '=== types',
    'no type error',
    '',
    '=== tests',
    'a test',
    'bye',
    '',
    'types: ok, N s',
    'tests: ok, N s',
    '',
    '7 passed, 0 failed, 1 skipped',
  ])
  expect(status).toBe(0)
})

test('one that fails makes all fail, and the summary is still the last line', () => {
  const { status, lines } = run('lint', 'types', 'tests')
  expect(lines).toContain('a lint error')
  expect(lines.slice(-5)).toEqual([
    'lint: FAILED, N s',
    'types: ok, N s',
    'tests: ok, N s',
    '',
    '7 passed, 0 failed, 1 skipped',
  ])
  expect(status).toBe(1)
})

test('an option is not taken for a script', () => {
  const help = run('types', '--help')
  expect(help).toEqual({
    status: 0,
    lines: ['This runs the scripts types of package.json, and takes no options'],
  })
  expect(run('types', '--wrong')).toEqual({ status: 2, lines: [''] })
})
