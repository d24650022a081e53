/** The outside world of the command line: environment, files, network, clock and terminal. A test gives its own. */
import { readFileSync, writeSync } from 'node:fs'
import { setTimeout as sleepFor } from 'node:timers/promises'

/** Everything outside that a command touches. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  /** Unix milliseconds. */
  readonly now: () => number
  /** Resolves after a time, or as soon as the operator interrupts (Ctrl-C). */
  readonly sleep: (ms: number) => Promise<'over' | 'interrupted'>
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** Everything that comes in by standard input. */
  readonly readInput: () => string
  /** The text of a file; null when there is none. Throws when it cannot be read. */
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
  return {
    env,
    fetch: (url, init) => fetch(url, init),
    now: () => Date.now(),
    sleep: (ms) => sleepOf(process, ms),
    out: (text) => writeAll(STDOUT, text),
    err: (text) => writeAll(STDERR, text),
    readInput: () => readFileSync(STDIN, 'utf8'),
    readFile,
    terminal: {
      hasColours: stdout.isTTY && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb',
      isInteractive: stdin.isTTY,
    },
    nodeVersion: process.versions.node,
  }
}

/** Only a wait is ended by Ctrl-C in order; in the middle of anything else it ends the process. */
async function sleepOf(process: NodeJS.Process, ms: number): Promise<'over' | 'interrupted'> {
  const interrupt = new AbortController()
  const abort = (): void => interrupt.abort()
  process.once('SIGINT', abort)
  try {
    await sleepFor(ms, undefined, { signal: interrupt.signal })
    return 'over'
  } catch (error) {
    if (!interrupt.signal.aborted) throw error
    return 'interrupted'
  } finally {
    process.removeListener('SIGINT', abort)
  }
}

/** Writes a text as a whole: a pipe may take it in pieces, or not at once. */
function writeAll(to: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let written = 0; written < bytes.length;) {
    try {
      written += writeSync(to, bytes, written)
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') throw error
    }
  }
}

function readFile(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

/** The code of a failure of the system; null for every other error. */
export function codeOf(error: unknown): string | null {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : null
  return typeof code === 'string' ? code : null
}
