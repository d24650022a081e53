/** The receivers of the bench, in a process of their own. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { atExit } from '../runtime/at-exit.ts'

/** One message at a receiver. */
export interface Arrival {
  readonly id: number
  readonly receiver: number
  readonly at: number
}

const PROGRAM = fileURLToPath(new URL('receiver-process.ts', import.meta.url))

/** Three receivers that take every message at once. */
export class Receivers {
  readonly #child: ChildProcess
  readonly urls: readonly string[]

  private constructor(child: ChildProcess, port: number) {
    this.#child = child
    this.urls = [1, 2, 3].map((number) => `http://127.0.0.1:${port}/${number}`)
  }

  /** Starts the process. */
  static async start(): Promise<Receivers> {
    const child = fork(PROGRAM, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    child.once(
      'exit',
      atExit(() => void child.kill('SIGKILL')),
    )
    // Sound, here and below: the program beside this file sends these messages.
    const [{ port }] = (await once(child, 'message')) as [{ port: number }]
    return new Receivers(child, port)
  }

  /** How many messages have come since they were taken. */
  async count(): Promise<number> {
    this.#child.send('count')
    const [{ count }] = (await once(this.#child, 'message')) as [{ count: number }]
    return count
  }

  /** Takes the messages that have come. */
  async take(): Promise<readonly Arrival[]> {
    this.#child.send('take')
    const [{ arrivals }] = (await once(this.#child, 'message')) as [
      { arrivals: readonly (readonly [number, number, number])[] },
    ]
    return arrivals.map(([id, receiver, at]) => ({ id, receiver, at }))
  }

  /** Waits until so many messages have come, or none came for some time; answers how many did. */
  async settle(expected: number, quietMs: number): Promise<number> {
    let last = { count: -1, at: Date.now() }
    for (;;) {
      const count = await this.count()
      if (count >= expected) return count
      if (count > last.count) last = { count, at: Date.now() }
      if (Date.now() - last.at > quietMs) return count
      await new Promise((resolve) => void setTimeout(resolve, 5))
    }
  }

  /** From now on every message is answered with 503, taken at once, or taken and answered after 100 ms. */
  become(mode: 'refuse' | 'accept' | 'slow'): void {
    this.#child.send(mode)
  }

  /** Ends the process. */
  close(): void {
    this.#child.kill('SIGKILL')
  }
}
