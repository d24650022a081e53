/** All commands of the command line. Each stands in a file of its own in `commands/`. */
import { Command } from 'commander'
import { addDoctor } from './commands/doctor.ts'
import { addEvents } from './commands/events.ts'
import { addExport } from './commands/export.ts'
import { addKeys } from './commands/keys.ts'
import { addParked } from './commands/parked.ts'
import { addPause } from './commands/pause.ts'
import { addPortals } from './commands/portals.ts'
import { addPreview } from './commands/preview.ts'
import { addReconcile } from './commands/reconcile.ts'
import { addReplay } from './commands/replay.ts'
import { addResume } from './commands/resume.ts'
import { addStatus } from './commands/status.ts'
import { addTest } from './commands/test.ts'
import { addValues } from './commands/values.ts'
import { addWhy } from './commands/why.ts'
import type { ExitCode } from './exit-codes.ts'
import type { Tools } from './relay-command.ts'
import { plainText } from './terminal/plain-text.ts'
import type { World } from './world.ts'

/** Help has one width, so that docs/cli.md can hold it. */
const HELP_WIDTH = 96

/** Makes the program; `ends` takes the exit code of the command that was done. */
export function createProgram(world: World, ends: (code: ExitCode) => void): Command {
  const program = new Command('relay')
    .description('The operator of a bitrix24-event-relay at the command line')
    .exitOverride()
    .configureOutput({
      writeOut: world.out,
      // An error quotes what was typed.
      writeErr: (text) => world.err(text.split('\n').map(plainText).join('\n')),
      getOutHelpWidth: () => HELP_WIDTH,
      getErrHelpWidth: () => HELP_WIDTH,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .configureHelp({ showGlobalOptions: false })
    .addHelpText('after', ENVIRONMENT)
  const tools: Tools = { world, ends }
  for (const add of COMMANDS) add(program, tools)
  return program
}

/** In the order of the help. */
const COMMANDS = [
  addStatus,
  addPortals,
  addEvents,
  addWhy,
  addParked,
  addReplay,
  addPause,
  addResume,
  addTest,
  addPreview,
  addReconcile,
  addValues,
  addExport,
  addKeys,
  addDoctor,
]

const ENVIRONMENT = `
Environment:
  RELAY_URL                the address of the relay, such as https://relay.example.com
  ADMIN_TOKEN              the admin token; it is never taken from the command line
  CF_ACCESS_CLIENT_ID      with CF_ACCESS_CLIENT_SECRET a service token of Cloudflare Access
  NO_COLOR                 any value switches colours off

Exit codes: 0 done, 1 done and something is wrong, 2 wrong command line, 3 no answer of a relay,
4 not let in, 5 not known, 6 refused, 141 nobody reads the output any more.`
