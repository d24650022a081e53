/** `reconcile`: compares a portal with the known fields now. */
import type { Command } from 'commander'
import { StartedSchema } from '../../src/core/views/act-views.ts'
import { portalPath } from '../api/admin-client.ts'
import { addRelayCommand, openRelay, type RelayOptions, type Tools } from '../relay-command.ts'

/** Adds the command. */
export function addReconcile(program: Command, tools: Tools): void {
  addRelayCommand(program, {
    usage: 'reconcile <portal>',
    summary: 'compare a portal with its known fields now; changes that no event told are told',
    examples: ['reconcile acme.bitrix24.com'],
  }).action(async (portal: string, options: RelayOptions) => {
    const { client, printer } = openRelay(tools, options)
    const path = portalPath(portal, '/reconcile')
    const answer = await client.ask(path, StartedSchema, { method: 'POST' })
    if (printer.isJson) return printer.json(answer)
    return printer.line('The comparison has begun: `status` tells when it is over.')
  })
}
