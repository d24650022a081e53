/**
 * What wrangler is started with. Its place is taken by a program that prints its arguments and its settings; the
 * real one deploys in test/built/deploy.test.ts.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { aProject } from '../support/builders/scratch-project.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const COPIED = ['scripts/wrangler.ts', 'scripts/merge-config.ts', 'playground/toml.ts']

const PROJECT = 'name = "relay"\n[[kv_namespaces]]\nbinding = "INSTALLS"\n[vars]\nA = "project"\n'

/** Fails as the real one does while the namespace has no id and TAKEN is set. */
const WRANGLER = `
const { appendFileSync, readFileSync } = require('node:fs')
const args = process.argv.slice(2)
const config = args.includes('--config') ? JSON.parse(readFileSync(args.at(-1), 'utf8')) : null
if (args[0] === 'kv') {
  console.log('[{"id":"123","title":"relay-installs"},{"id":"456","title":"other-installs"}]')
} else {
  console.log(JSON.stringify({ args, config }))
  if (process.env.TAKEN !== undefined && config?.kv_namespaces[0].id === undefined) {
    const report = { type: 'command-failed', version: 1, code: Number(process.env.TAKEN) }
    appendFileSync(process.env.WRANGLER_OUTPUT_FILE_PATH, JSON.stringify({ type: 'wrangler-session' }) + '\\n')
    appendFileSync(process.env.WRANGLER_OUTPUT_FILE_PATH, JSON.stringify(report) + '\\n')
    process.exitCode = 1
  }
}
`

function aClone(own?: string): string {
  const root = aProject({
    'wrangler.toml': PROJECT,
    'package.json': '{"type":"module"}',
    'node_modules/wrangler/package.json': '{}',
    'node_modules/wrangler/wrangler-dist/cli.js': WRANGLER,
    ...(own === undefined ? {} : { 'wrangler.local.toml': own }),
  })
  for (const file of COPIED) {
    mkdirSync(join(root, file, '..'), { recursive: true })
    copyFileSync(join(ROOT, file), join(root, file))
  }
  return root
}

interface Run {
  readonly status: number | null
  readonly stderr: string
  /** What each wrangler was started with. */
  readonly started: readonly { args: readonly string[]; config: Record<string, unknown> | null }[]
}

function run(root: string, args: readonly string[], env: Record<string, string> = {}): Run {
  const script = join(root, 'scripts/wrangler.ts')
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  })
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'))
  // Sound: the program above prints these lines.
  return { status, stderr, started: lines.map((line) => JSON.parse(line) as Run['started'][0]) }
}

const kv = (entry: object) => [{ binding: 'INSTALLS', ...entry }]

describe('npm run dev, npm run deploy, npm run wrangler', () => {
  test.each([['dev'], ['deploy'], ['tail']])(
    '%s reads the own settings over the project’s',
    (command) => {
      const { status, started } = run(aClone('[vars]\nA = "own"\nB = "own"\n'), [command, '--x'])
      expect(status).toBe(0)
      expect(started).toEqual([
        {
          args: [command, '--x', '--config', 'wrangler.merged.json'],
          config: { name: 'relay', kv_namespaces: kv({}), vars: { A: 'own', B: 'own' } },
        },
      ])
    },
  )

  test('without own settings those of the project are read', () => {
    const [one] = run(aClone(), ['dev']).started
    expect(one?.config).toMatchObject({ vars: { A: 'project' } })
  })

  test('a configuration of the command line is taken as it is', () => {
    const root = aClone('[vars]\nA = "own"\n')
    expect(run(root, ['deploy', '-c', 'other.toml']).started).toEqual([
      { args: ['deploy', '-c', 'other.toml'], config: null },
    ])
  })

  test.each([[[]], [['--help']], [['--version']]])(
    '%j names no command and gets no settings',
    (args) => {
      expect(run(aClone(), args).started).toEqual([{ args, config: null }])
    },
  )

  test('own settings that cannot be read are told with their line, and nothing starts', () => {
    expect(run(aClone('[vars]\nA = own\n'), ['deploy'])).toEqual({
      status: 1,
      stderr: 'wrangler.local.toml: Cannot read TOML line 2: expected a value\n',
      started: [],
    })
  })

  test('settings that are the same are not written again, since a running Worker would start anew', () => {
    const root = aClone()
    const file = join(root, 'wrangler.merged.json')
    run(root, ['dev'])
    utimesSync(file, 1, 1)
    run(root, ['dev'])
    expect(statSync(file).mtimeMs).toBe(1000)
    writeFileSync(join(root, 'wrangler.local.toml'), 'name = "acme"')
    run(root, ['dev'])
    expect(statSync(file).mtimeMs).not.toBe(1000)
  })
})

describe('a deployment whose namespace exists', () => {
  const TAKEN = { TAKEN: '10014' }

  test('goes on with the namespace of the title that wrangler gives', () => {
    const root = aClone()
    const { status, started } = run(root, ['deploy', '--secrets-file', 's'], TAKEN)
    expect(status).toBe(0)
    expect(started.map(({ config }) => config?.['kv_namespaces'])).toEqual([
      kv({}),
      kv({ id: '123' }),
    ])
    expect(started[1]?.args).toEqual([
      'deploy',
      '--secrets-file',
      's',
      '--config',
      'wrangler.repeated.json',
    ])
    expect(existsSync(join(root, 'wrangler.repeated.json'))).toBe(false)
  })

  test.each([
    [['--name', 'other'], {}],
    [['--name=other'], {}],
    [[], { WRANGLER_CI_OVERRIDE_NAME: 'other' }],
  ])('follows the name of the Worker: %j %j', (args, env) => {
    const { started } = run(aClone(), ['deploy', ...args], { ...TAKEN, ...env })
    expect(started[1]?.config?.['kv_namespaces']).toEqual(kv({ id: '456' }))
  })

  test.each([
    ['another error', { TAKEN: '10021' }, undefined],
    ['a title that is not there', TAKEN, 'name = "third"'],
  ])('is not tried again after %s', (_what, env, own) => {
    const { status, started } = run(aClone(own), ['deploy'], env)
    expect([status, started.length]).toEqual([1, 1])
  })
})
