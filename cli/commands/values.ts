/**
 * `values`: stores a value of a portal, or removes it. A value is a secret, so it comes from standard input, a file or
 * the environment, and never from the command line. The relay shows none.
 */
import type { Command } from 'commander'
import { portalPath } from '../api/admin-client.ts'
import { EXIT } from '../exit-codes.ts'
import { Fault } from '../fault.ts'
import { addRelayCommand, openRelay, type RelayOptions, type Tools } from '../relay-command.ts'
import type { World } from '../world.ts'

interface SetOptions extends RelayOptions {
  readonly fromEnv?: string
  readonly fromFile?: string
}

/** Adds the two commands. */
export function addValues(program: Command, tools: Tools): void {
  const values = program
    .command('values')
    .description('the values of a portal, which destinations name as $portal.NAME')
  addRelayCommand(values, {
    usage: 'set <portal> <name>',
    summary:
      'store a value, sealed; it is read from standard input unless an option says otherwise',
    examples: [
      'values set acme.bitrix24.com SLACK_URL < slack-url.txt',
      'values set acme.bitrix24.com SLACK_URL --from-env ACME_SLACK_URL',
    ],
  })
    .option('--from-env <variable>', 'take it from this variable of the environment')
    .option('--from-file <file>', 'take it from this file')
    .action(async (portal: string, name: string, options: SetOptions) => {
      const { client, printer } = openRelay(tools, options)
      const value = readValue(options, tools.world)
      await client.tell(valuePath(portal, name), { method: 'PUT', body: { value } })
      return printer.isJson ? printer.json({ stored: name }) : printer.line(`${name} is stored.`)
    })
  addRelayCommand(values, {
    usage: 'unset <portal> <name>',
    summary: 'remove a value',
    examples: ['values unset acme.bitrix24.com SLACK_URL'],
  }).action(async (portal: string, name: string, options: RelayOptions) => {
    const { client, printer } = openRelay(tools, options)
    await client.tell(valuePath(portal, name), { method: 'DELETE' })
    return printer.isJson ? printer.json({ removed: name }) : printer.line(`${name} is removed.`)
  })
}

function valuePath(portal: string, name: string): string {
  return portalPath(portal, `/values/${encodeURIComponent(name)}`)
}

/** The value without the line break at its end, which an editor or `echo` adds. */
function readValue({ fromEnv, fromFile }: SetOptions, world: World): string {
  const text = sourceText({ fromEnv, fromFile }, world)
  const value = text.replace(/\r?\n$/, '')
  if (value === '') throw new Fault(EXIT.usage, 'The value is empty')
  return value
}

function sourceText(
  {
    fromEnv,
    fromFile,
  }: { readonly fromEnv: string | undefined; readonly fromFile: string | undefined },
  world: World,
): string {
  if (fromEnv !== undefined && fromFile !== undefined) {
    throw new Fault(EXIT.usage, 'Say where the value is: either --from-env or --from-file')
  }
  if (fromEnv !== undefined) return world.env[fromEnv] ?? ''
  if (fromFile !== undefined) {
    const text = world.readFile(fromFile)
    if (text === null) throw new Fault(EXIT.usage, `There is no file ${fromFile}`)
    return text
  }
  if (world.terminal.isInteractive) {
    throw new Fault(
      EXIT.usage,
      'The value is read from standard input, and a terminal would show it',
      'Write it into a file and give it by < or --from-file',
    )
  }
  return world.readInput()
}
