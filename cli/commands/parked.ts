/** `parked`: the events that were set aside, of one portal or of all. */
import type { Command } from 'commander'
import { ParkedListSchema } from '../../src/core/views/event-views.ts'
import { portalPath, type AdminClient } from '../api/admin-client.ts'
import { askEach } from '../api/ask-each.ts'
import { listPortals } from '../api/list-portals.ts'
import { addRelayCommand, openRelay, type RelayOptions, type Tools } from '../relay-command.ts'
import { textOr, timeText } from '../terminal/words.ts'

/** Adds the command. */
export function addParked(program: Command, tools: Tools): void {
  addRelayCommand(program, {
    usage: 'parked [portal]',
    summary: 'the events that were set aside with their reasons, of one portal or of all',
    examples: ['parked', 'parked acme.bitrix24.com', 'parked --json'],
  }).action(async (portal: string | undefined, options: RelayOptions) => {
    const { client, printer } = openRelay(tools, options)
    const portals = portal === undefined ? await portalsWithParked(client) : [portal]
    const lists = await askEach(portals, async (one) => {
      const list = await client.ask(portalPath(one, '/parked'), ParkedListSchema)
      return list.parked.map((event) => ({ portal: one, ...event }))
    })
    const parked = lists.flat()
    if (printer.isJson) return printer.json({ parked })
    printer.table(
      ['PORTAL', 'DESTINATION', 'EVENT', 'REASON', 'STATUS', 'ATTEMPTS', 'SINCE'],
      parked.map((one) => [
        one.portal,
        one.destination,
        String(one.sequence),
        textOr(one.reason),
        textOr(one.status),
        String(one.attempts),
        timeText(one.at),
      ]),
      'Nothing is parked.',
    )
    if (lists.some((list) => list.length >= MAX_LISTED)) {
      printer.line(`Of one portal the first ${MAX_LISTED} are listed: there may be more.`)
    }
  })
}

/** The most parked events of one portal that the relay lists. */
const MAX_LISTED = 1000

/** The portals that have told of parked events: at once where it is their problem, else within an hour. */
async function portalsWithParked(client: AdminClient): Promise<readonly string[]> {
  const portals = await listPortals(client)
  return portals
    .filter(({ parked }) => parked > 0)
    .map(({ domain, memberId }) => domain ?? memberId)
}
