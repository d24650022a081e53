/**
 * The folder into which peers are installed when the bench runs: they are never dependencies of this project. It
 * is kept for the next run, since an installation takes minutes.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where the peers stand. */
export const SCRATCH = join(tmpdir(), 'bitrix24-relay-bench-peers')

/** The Node on which npm runs. A package with parts in C is built for this one. */
export const PEER_NODE = process.env['npm_node_execpath'] ?? process.execPath

const INSTALL_MS = 15 * 60_000

/**
 * Installs packages of these exact versions, unless they are there, and answers their folder. Rejects with npm's
 * own words.
 */
export async function installPeer(name: string, packages: readonly string[]): Promise<string> {
  const folder = join(SCRATCH, name)
  const done = join(folder, `installed-${packages.join('-').replace(/[^\w.-]/g, '_')}`)
  if (existsSync(done)) return folder
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"private":true}')
  await run(['install', '--no-audit', '--no-fund', '--loglevel=error', ...packages], folder)
  writeFileSync(done, '')
  return folder
}

function run(args: readonly string[], cwd: string): Promise<void> {
  const npm = process.env['npm_execpath']
  const [program, first] = npm === undefined ? ['npm', []] : [PEER_NODE, [npm]]
  const child = spawn(program, [...first, ...args], { cwd, timeout: INSTALL_MS })
  const output: string[] = []
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString()))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve()
      else reject(new Error(output.join('').trim().slice(-2000)))
    })
  })
}
