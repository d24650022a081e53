/** The outside world of the command line: environment, files, network, clock and terminal. A test gives its own. */
import { readFileSync, writeSync } from 'node:fs'
import { setTimeout as sleepFor } from 'node:timers/promises'
import { EXIT } from './exit-codes.ts'
import { Fault } from './fault.ts'

/** Everything outside that a command touches. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  /** Unix milliseconds. */
  readonly now: () => number
  /** Resolves after a time, or as soon as the operator interrupts (Ctrl-C), also when that was before this wait. */
  readonly sleep: (ms: number) => Promise<'over' | 'interrupted'>
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** Everything that comes in by standard input. */
  readonly readInput: () => string
  /** The text of a file; null when there is none. Throws a `Fault` when it cannot be read. */
  readonly readFile: (path: string) => string | null
  readonly terminal: Terminal
  /** The version of the Node that runs, for example `24.21.0`. */
  readonly nodeVersion: string
}

/** The terminal as far as the output depends on it. */
export interface Terminal {
  readonly hasColours: boolean
  /** Whether a person types at it. */
  readonly isInteractive: boolean
}

const STDIN = 0
const STDOUT = 1
const STDERR = 2

/** The world of a real process. */
export function createWorld(process: NodeJS.Process): World {
  const { env, stdout, stdin } = process
  const sleep = createSleep(process)
  return {
    env,
    fetch: (url, init) => fetch(url, init),
    now: () => Date.now(),
    sleep,
    out: (text) => writeAll(STDOUT, text),
    err: (text) => writeAll(STDERR, text),
    readInput: () => readText(STDIN, 'standard input') ?? '',
    readFile: (path) => readText(path, path),
    terminal: {
      hasColours: stdout.isTTY && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb',
      isInteractive: stdin.isTTY,
    },
    nodeVersion: process.versions.node,
  }
}

/**
 * From its first wait on, a command is ended by Ctrl-C in order: at once while it waits, and else with its next wait. A
 * second Ctrl-C ends the process.
 */
function createSleep(process: NodeJS.Process): World['sleep'] {
  let interrupt: AbortController | null = null
  return async (ms) => {
    if (interrupt === null) {
      const listening = new AbortController()
      process.once('SIGINT', () => listening.abort())
      interrupt = listening
    }
    const { signal } = interrupt
    try {
      await sleepFor(ms, undefined, { signal })
      return 'over'
    } catch (error) {
      if (!signal.aborted) throw error
      return 'interrupted'
    }
  }
}

/** How long a full pipe is left alone, in milliseconds. */
const FULL_PIPE_MS = 5

/** Writes a text as a whole: a pipe may take it in pieces, or not at once. */
function writeAll(to: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let written = 0; written < bytes.length;) {
    try {
      written += writeSync(to, bytes, written)
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FULL_PIPE_MS)
    }
  }
}

/** The text of a file; null when there is none. */
function readText(file: string | number, name: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT') return null
    throw new Fault(EXIT.usage, `Cannot read ${name}: ${code ?? 'it is no text'}`)
  }
}

/** The code of a failure of the system; null for every other error. */
export function codeOf(error: unknown): string | null {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : null
  return typeof code === 'string' ? code : null
}
