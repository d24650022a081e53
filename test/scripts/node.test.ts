/** Which Node a script of this project runs on. The packages that bring a Node exist for Linux only. */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { aProject } from '../support/builders/scratch-project.ts'

const LAUNCHER = fileURLToPath(new URL('../../scripts/node.mjs', import.meta.url))
const UNLINK = fileURLToPath(new URL('../../scripts/unlink-node.mjs', import.meta.url))
const BROUGHT = `node_modules/node-linux-${process.arch}/bin/node`

/** Says which version it claims to be, and then does what the real Node does. */
const OLD_NODE = `#!/bin/sh
[ "$1" = -p ] && echo 20.19.0 && exit
FAKE=old exec "${process.execPath}" "$@"
`
const BROUGHT_NODE = OLD_NODE.replace('FAKE=old', 'FAKE=brought')

function aProjectWithLauncher(files: Readonly<Record<string, string>> = {}): string {
  const root = aProject({
    'scripts/show.mjs': `console.log(process.env.FAKE ?? 'own', process.argv.slice(2).join(' '))\n`,
    'node_modules/tool/package.json': '{"bin":{"tool":"./cli.js"}}',
    'node_modules/tool/cli.js': `console.log('tool', process.argv.slice(2).join(' '))\n`,
    ...files,
  })
  copyFileSync(LAUNCHER, join(root, 'scripts/node.mjs'))
  copyFileSync(UNLINK, join(root, 'scripts/unlink-node.mjs'))
  return root
}

function launch(root: string, ...args: readonly string[]): string {
  const { npm_node_execpath: _, ...env } = process.env
  return execFileSync(process.execPath, [join(root, 'scripts/node.mjs'), ...args], {
    env,
    encoding: 'utf8',
  }).trim()
}

test('a script and a tool run on the machine’s own Node where it is new enough', () => {
  const root = aProjectWithLauncher()
  expect(launch(root, 'scripts/show.mjs', 'a', 'b')).toBe('own a b')
  expect(launch(root, 'tool', '--x')).toBe('tool --x')
})

test('the exit code is the child’s', () => {
  const root = aProjectWithLauncher({ 'scripts/fail.mjs': 'process.exitCode = 7\n' })
  const { status } = spawnSync(process.execPath, [
    join(root, 'scripts/node.mjs'),
    'scripts/fail.mjs',
  ])
  expect(status).toBe(7)
})

test('without any Node that is new enough the least version is told', () => {
  const root = aProjectWithLauncher()
  const launcher = join(root, 'scripts/node.mjs')
  const run = spawnSync(process.execPath, [launcher, '--least=99.1', 'scripts/show.mjs'], {
    encoding: 'utf8',
  })
  expect([run.status, run.stderr.trim()]).toEqual([
    1,
    `Cannot run scripts/show.mjs as it needs Node 99.1 or later: this is Node ${process.versions.node}`,
  ])
})

describe.skipIf(process.platform !== 'linux')('where a package has brought a Node', () => {
  function aProjectWithNode(): string {
    const root = aProjectWithLauncher({ [BROUGHT]: BROUGHT_NODE })
    chmodSync(join(root, BROUGHT), 0o755)
    return root
  }

  test('it is taken only when the machine’s own is too old', () => {
    const root = aProjectWithNode()
    expect(launch(root, 'scripts/show.mjs')).toBe('own')
    expect(launch(root, '--least=99', 'scripts/show.mjs')).toBe('brought')
  })

  test('a launcher that runs on it looks for the Node that runs npm', () => {
    const root = aProjectWithLauncher({ 'old-node': OLD_NODE })
    mkdirSync(dirname(join(root, BROUGHT)), { recursive: true })
    symlinkSync(process.execPath, join(root, BROUGHT))
    chmodSync(join(root, 'old-node'), 0o755)
    const run = (...args: readonly string[]): string =>
      execFileSync(process.execPath, [join(root, 'scripts/node.mjs'), ...args], {
        env: { ...process.env, npm_node_execpath: join(root, 'old-node') },
        encoding: 'utf8',
      }).trim()
    expect(run('--least=20.19', 'scripts/show.mjs')).toBe('old')
    expect(run('scripts/show.mjs')).toBe('own')
  })

  test('its link is removed after an install, and no other', () => {
    const root = aProjectWithNode()
    const link = join(root, 'node_modules/.bin/node')
    const unlink = (): unknown =>
      execFileSync(process.execPath, [join(root, 'scripts/unlink-node.mjs')])
    mkdirSync(dirname(link))
    unlink()
    symlinkSync(join('..', `node-linux-${process.arch}`, 'bin/node'), link)
    unlink()
    symlinkSync('../other/node', link)
    unlink()
    expect(() => symlinkSync('../other/node', link)).toThrow('EEXIST')
  })
})
