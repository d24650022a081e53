/** Runs one command line: parses it, does what it says, and tells a failure in one sentence. */
import { CommanderError } from 'commander'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { Fault } from './fault.ts'
import { createProgram } from './program.ts'
import { plainText } from './terminal/plain-text.ts'
import type { World } from './world.ts'

/** Runs a command line, and answers its exit code. It throws only for a mistake of this program. */
export async function runRelay(args: readonly string[], world: World): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.done
  const program = createProgram(world, (code) => {
    exitCode = code
  })
  try {
    await program.parseAsync([...args], { from: 'user' })
    return exitCode
  } catch (error) {
    // Commander has written its own words already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
    if (!(error instanceof Fault)) throw error
    world.err(`${plainText(error.message)}\n`)
    if (error.remedy !== null) world.err(`${plainText(error.remedy)}\n`)
    return error.exitCode
  }
}
