/** `test`: sends a test message through the destination's own layout. */
import type { Command } from 'commander'
import { OutcomeViewSchema } from '../../src/core/views/destination-views.ts'
import { EXIT } from '../exit-codes.ts'
import { addRelayCommand, openRelay, type RelayOptions, type Tools } from '../relay-command.ts'
import { noValueRemedy, stateWords } from '../terminal/words.ts'

interface Options extends RelayOptions {
  readonly portal?: string
}

/** Adds the command. */
export function addTest(program: Command, tools: Tools): void {
  addRelayCommand(program, {
    usage: 'test <destination>',
    summary: 'send a test message to a destination. Exit code 1 unless it is delivered',
    examples: ['test crm-alerts', 'test crm-alerts --portal acme.bitrix24.com'],
  })
    .option('--portal <portal>', 'with the values of this portal')
    .action(async (destination: string, { portal, ...options }: Options) => {
      const { client, printer } = openRelay(tools, options)
      const body = portal === undefined ? {} : { memberId: portal }
      const path = `/destinations/${encodeURIComponent(destination)}/test`
      const answer = await client.ask(path, OutcomeViewSchema, { method: 'POST', body })
      const { outcome, reason, status, detail } = answer
      if (printer.isJson) printer.json(answer)
      else {
        const why = [reason ?? [], status === null ? [] : `HTTP ${status}`, detail ?? []].flat()
        printer.line(
          `${destination}: `,
          stateWords(outcome),
          why.length === 0 ? '' : ` (${why.join(', ')})`,
        )
        if (reason === 'no_value') {
          printer.line({ text: noValueRemedy(portal ?? null), tone: 'warning' })
        }
      }
      tools.ends(outcome === 'delivered' ? EXIT.done : EXIT.trouble)
    })
}
