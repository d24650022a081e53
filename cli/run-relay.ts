/** Runs one command line: parses it, does what it says, and tells a failure in one sentence. */
import { CommanderError } from 'commander'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { Fault } from './fault.ts'
import { createProgram } from './program.ts'
import { plainJson, plainText } from './terminal/plain-text.ts'
import { codeOf, type World } from './world.ts'

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
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.done
      // Commander has written its own words for people already.
      const fault = new Fault(EXIT.usage, error.message.replace(/^error: /, ''))
      return tellAsJson(fault, args, world)
    }
    // Whoever read the output has seen enough, and there is nobody to be told.
    if (codeOf(error) === 'EPIPE') return EXIT.unread
    if (!(error instanceof Fault)) throw error
    world.err(`${plainText(error.message)}\n`)
    if (error.remedy !== null) world.err(`${plainText(error.remedy)}\n`)
    return tellAsJson(error, args, world)
  }
}

/** Where JSON is wanted, a program reads a failure as JSON too: in one line, as the last one of an output of lines. */
function tellAsJson(fault: Fault, args: readonly string[], world: World): ExitCode {
  const { code, message, remedy, exitCode } = fault
  if (!args.includes('--json')) return exitCode
  world.out(`${plainJson(JSON.stringify({ error: { code, message, remedy } }))}\n`)
  return exitCode
}
