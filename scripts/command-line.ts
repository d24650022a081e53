/**
 * The options of this repository's own scripts. `--help` prints the usage. A wrong option or argument is told in one
 * sentence with the usage below it, and ends the script with the exit code 2, which the operator's command line gives for
 * the same fault.
 */
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'

/** A script, as far as its options go. */
export interface ScriptOptions<T extends ParseArgsOptionsConfig> {
  /** What `--help` prints: one line for each form of the command. */
  readonly usage: string
  readonly options: T
  /** Says in one sentence why values of the right form cannot be used; null when they can. */
  readonly refuse: (line: CommandLine<T>) => string | null
}

/** The options and arguments with which a script is called. */
export type CommandLine<T extends ParseArgsOptionsConfig> = Pick<
  ReturnType<typeof parseArgs<{ options: T; allowPositionals: true }>>,
  'values' | 'positionals'
>

/** The end of a script that has nothing to run: its exit code, and the text that it prints. */
export interface EarlyEnd {
  readonly code: 0 | 2
  readonly text: string
}

/** Reads the options of this process. Ends it where there is nothing to run. */
export function readCommandLine<T extends ParseArgsOptionsConfig>(
  script: ScriptOptions<T>,
): CommandLine<T> {
  const line = parseCommandLine(process.argv.slice(2), script)
  if (!('code' in line)) return line
  const stream = line.code === 0 ? process.stdout : process.stderr
  stream.write(`${line.text}\n`)
  return process.exit(line.code)
}

/** Parses arguments as the shell has split them. */
export function parseCommandLine<T extends ParseArgsOptionsConfig>(
  args: readonly string[],
  { usage, options, refuse }: ScriptOptions<T>,
): CommandLine<T> | EarlyEnd {
  if (args.includes('--help') || args.includes('-h')) return { code: 0, text: usage }
  try {
    const line = parseArgs({ args, options, allowPositionals: true })
    const problem = refuse(line)
    return problem === null ? line : { code: 2, text: `${problem}\n\n${usage}` }
  } catch (error) {
    if (!isWrongOption(error)) throw error
    // Node adds a hint about arguments that begin with a dash. No script here takes one.
    const [sentence] = error.message.split('. ')
    return { code: 2, text: `${sentence}\n\n${usage}` }
  }
}

/** The problem of arguments, for a script that takes options alone; null when there are none. */
export function refuseArguments({
  positionals: [first],
}: Pick<CommandLine<ParseArgsOptionsConfig>, 'positionals'>): string | null {
  return first === undefined ? null : `Unexpected argument '${first}'`
}

function isWrongOption(error: unknown): error is Error {
  const isCoded = error instanceof Error && 'code' in error
  return isCoded && String(error.code).startsWith('ERR_PARSE_ARGS')
}
