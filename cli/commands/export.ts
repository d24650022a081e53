/** `export`: the log of a portal as lines of JSON, oldest event first. */
import type { Command } from 'commander'
import { EventViewSchema } from '../../src/core/views/event-views.ts'
import { portalPath } from '../api/admin-client.ts'
import { countOption } from '../options.ts'
import { addRelayCommand, openRelay, type RelayOptions, type Tools } from '../relay-command.ts'
import { plainJson } from '../terminal/plain-text.ts'

interface Options extends RelayOptions {
  readonly after?: number
}

/** Adds the command. */
export function addExport(program: Command, tools: Tools): void {
  addRelayCommand(program, {
    usage: 'export <portal>',
    summary:
      'the log of a portal as lines of JSON, oldest event first, with changes and fates. An export that ends with exit code 0 is complete',
    examples: [
      'export acme.bitrix24.com > acme.ndjson',
      'export acme.bitrix24.com --after 1000 >> acme.ndjson',
    ],
  })
    .option('--after <sequence>', 'only events after this one', countOption)
    .action(async (portal: string, { after, ...options }: Options) => {
      const { client } = openRelay(tools, options)
      const query = { after: after === undefined ? undefined : String(after) }
      const path = portalPath(portal, '/export')
      for await (const line of client.lines(path, EventViewSchema, { query })) {
        tools.world.out(`${plainJson(line)}\n`)
      }
    })
}
