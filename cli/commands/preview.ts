/** `preview`: shows the message about an event, and sends nothing. */
import type { Command } from 'commander'
import { PreviewViewSchema } from '../../src/core/views/destination-views.ts'
import { EXIT } from '../exit-codes.ts'
import { Fault } from '../fault.ts'
import { countOption } from '../options.ts'
import { addRelayCommand, openRelay, type RelayOptions, type Tools } from '../relay-command.ts'

interface Options extends RelayOptions {
  readonly portal?: string
  readonly event?: number
}

/** Adds the command. */
export function addPreview(program: Command, tools: Tools): void {
  addRelayCommand(program, {
    usage: 'preview <destination>',
    summary: 'show the message that a destination would get about an event; nothing is sent',
    examples: ['preview crm-alerts', 'preview crm-alerts --portal acme.bitrix24.com --event 42'],
  })
    .option('--portal <portal>', 'with the values of this portal')
    .option(
      '--event <sequence>',
      'about this event of the portal; else about an invented one',
      countOption,
    )
    .action(async (destination: string, { portal, event, ...options }: Options) => {
      if (event !== undefined && portal === undefined) {
        throw new Fault(EXIT.usage, 'An event belongs to a portal: give --portal as well')
      }
      const { client, printer } = openRelay(tools, options)
      const body = { memberId: portal, sequence: event }
      const path = `/destinations/${encodeURIComponent(destination)}/preview`
      const shown = await client.ask(path, PreviewViewSchema, { method: 'POST', body })
      if (printer.isJson) return printer.json(shown)
      printer.line({ text: `${destination} (${shown.type})`, tone: 'strong' })
      for (const [name, value] of Object.entries(shown.headers)) printer.line(`${name}: ${value}`)
      printer.line()
      return printer.json(shown.body)
    })
}
