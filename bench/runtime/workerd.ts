/**
 * Starts bare `workerd`, the runtime itself without wrangler and Miniflare in front of it, on 127.0.0.1 with a
 * free port and a folder of its own for storage.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { atExit } from './at-exit.ts'

const START_MS = 30_000

/** A runtime under way. */
export interface RunningWorkerd {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Ends the process at once and waits until it is gone. */
  kill(): Promise<void>
}

/** What is started. */
export interface WorkerdOptions {
  /** The text of the configuration; `{folder}` stands for the folder. */
  readonly config: string
  /** Where configuration and storage stand; the caller removes it. */
  readonly folder: string
  /** @default a free one */
  readonly port?: number
}

/** Starts a runtime, and resolves when it listens. */
export async function startWorkerd(options: WorkerdOptions): Promise<RunningWorkerd> {
  const { config, folder, port = 0 } = options
  mkdirSync(join(folder, 'storage'), { recursive: true })
  const file = join(folder, 'config.capnp')
  writeFileSync(file, config.replaceAll('{folder}', folder))
  const args = ['serve', '--experimental', '--control-fd=3', `--socket-addr=http=127.0.0.1:${port}`]
  const child = spawn(workerdBinary(), [...args, file], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  const takeBack = atExit(() => void child.kill('SIGKILL'))
  child.once('exit', takeBack)
  const errors: string[] = []
  child.stderr?.on('data', (chunk: Buffer) => {
    errors.push(chunk.toString())
    errors.splice(0, errors.length - 20)
  })
  try {
    const listening = await listens(child)
    const { pid } = child
    if (pid === undefined) throw new Error('it has no process')
    return {
      url: `http://127.0.0.1:${listening}`,
      port: listening,
      pid,
      kill: () => end(child),
    }
  } catch (error) {
    await end(child)
    throw new Error(`Cannot start workerd: ${String(error)} ${errors.join('')}`, { cause: error })
  }
}

/** The binary of the installed version. */
function workerdBinary(): string {
  const require = createRequire(createRequire(import.meta.url).resolve('workerd/package.json'))
  return require.resolve(`@cloudflare/workerd-${platformOf()}/bin/workerd`)
}

function platformOf(): string {
  const { platform, arch } = process
  return `${platform === 'win32' ? 'windows' : platform}-${arch === 'x64' ? '64' : arch}`
}

/** The port of the socket, as soon as the runtime says on its control channel that it listens. */
async function listens(child: ChildProcess): Promise<number> {
  const control = child.stdio[3]
  if (control === null || control === undefined || !('read' in control)) {
    throw new Error('it has no control channel')
  }
  const timer = setTimeout(() => child.kill('SIGKILL'), START_MS)
  try {
    for await (const line of createInterface({ input: control })) {
      // Sound: a line of this channel is one JSON object.
      const { event, port } = JSON.parse(line) as { event?: string; port?: number }
      if (event === 'listen' && port !== undefined) return port
    }
  } finally {
    clearTimeout(timer)
  }
  throw new Error('it has ended')
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}
