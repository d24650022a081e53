/** The common part of all commands: their options, their examples, and the way to the relay. */
import type { Command } from 'commander'
import { AdminClient } from './api/admin-client.ts'
import { readConnection, type ConnectionOptions } from './api/connection.ts'
import type { ExitCode } from './exit-codes.ts'
import { Printer } from './terminal/printer.ts'
import type { World } from './world.ts'

/** Everything that a command is given beside its arguments. */
export interface Tools {
  readonly world: World
  /** Takes the exit code; a command that does not call it ends with 0. */
  readonly ends: (code: ExitCode) => void
}

/** The options of every command that writes. */
export interface OutputOptions {
  readonly json?: true
}

/** The options of every command that asks the relay. */
export interface RelayOptions extends OutputOptions, ConnectionOptions {}

/** The texts of a command. */
export interface CommandTexts {
  /** Its name with its arguments, as Commander writes them. */
  readonly usage: string
  readonly summary: string
  /** Command lines without `npm run relay --`. */
  readonly examples: readonly string[]
}

/** Adds a command that works on this machine alone. */
export function addLocalCommand(
  parent: Command,
  { usage, summary, examples }: CommandTexts,
): Command {
  // Without -s npm writes two lines of its own into the output.
  const lines = examples.map((example) => {
    const isRead = />|--json/.test(example)
    return `  npm run ${isRead ? '-s ' : ''}relay -- ${example}`
  })
  return parent
    .command(usage)
    .description(summary)
    .option('--json', 'write JSON in the place of text')
    .addHelpText('after', `\nExamples:\n${lines.join('\n')}`)
}

/** Adds a command that asks the relay. */
export function addRelayCommand(parent: Command, texts: CommandTexts): Command {
  return addLocalCommand(parent, texts)
    .option('--url <url>', 'the address of the relay (or RELAY_URL)')
    .option('--token-file <file>', 'a file with the admin token (or ADMIN_TOKEN)')
}

/** The printer of a command. */
export function printerFor({ world }: Tools, { json }: OutputOptions): Printer {
  return new Printer(world, { isJson: json === true })
}

/** The relay and the printer of a command. */
export function openRelay(
  tools: Tools,
  options: RelayOptions,
): { readonly client: AdminClient; readonly printer: Printer } {
  const client = new AdminClient(readConnection(options, tools.world), tools.world)
  return { client, printer: printerFor(tools, options) }
}
