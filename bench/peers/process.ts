/** A peer as a process of its own, which can be killed and started again on the same port. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { atExit } from '../runtime/at-exit.ts'
import type { Server } from '../contenders/server.ts'

const START_MS = 120_000

/** A program of Node. */
export interface PeerProgram {
  /** The Node that runs it. */
  readonly node: string
  readonly cwd: string
  readonly args: readonly string[]
  readonly env: (port: number) => Readonly<Record<string, string>>
}

/** Starts a program, and resolves when its port answers. */
export async function startPeer({ node, cwd, args, env }: PeerProgram): Promise<Server> {
  const port = await freePort()
  const start = async (): Promise<ChildProcess> => {
    const child = spawn(node, args, {
      cwd,
      env: { ...process.env, ...env(port) },
      stdio: 'ignore',
    })
    child.once(
      'exit',
      atExit(() => void child.kill('SIGKILL')),
    )
    await listens(child, port)
    return child
  }
  let child = await start()
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  return {
    port,
    get pid() {
      return child.pid ?? 0
    },
    kill,
    restart: async () => {
      await kill()
      child = await start()
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('Cannot find a free port')
  return address.port
}

async function listens(child: ChildProcess, port: number): Promise<void> {
  const until = Date.now() + START_MS
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error('The peer has ended')
    if (await answers(port)) return
    await new Promise((resolve) => void setTimeout(resolve, 100))
  }
  child.kill('SIGKILL')
  throw new Error('The peer does not listen')
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
