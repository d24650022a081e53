/** `portals`: the list of portals. */
import { Option, type Command } from 'commander'
import { PortalRowSchema, type PortalRow } from '../../src/core/views/portal-list.ts'
import { listPortals } from '../api/list-portals.ts'
import { addRelayCommand, openRelay, type RelayOptions, type Tools } from '../relay-command.ts'
import type { Words } from '../terminal/printer.ts'
import { stateWords, textOr, timeText } from '../terminal/words.ts'

interface Options extends RelayOptions {
  readonly state?: string
  readonly search?: string
  readonly problem?: true
}

/** Adds the command. */
export function addPortals(program: Command, tools: Tools): void {
  addRelayCommand(program, {
    usage: 'portals',
    summary: 'every portal: its state, what waits, and what should be mended first',
    examples: ['portals', 'portals --problem', 'portals --search acme --state active'],
  })
    .addOption(
      new Option('--state <state>', 'only portals in this state').choices(
        PortalRowSchema.entries.state.options,
      ),
    )
    .option('--search <text>', 'only portals with this text in their domain or member id')
    .option('--problem', 'only portals that need somebody')
    .action(async ({ state, search, problem, ...options }: Options) => {
      const { client, printer } = openRelay(tools, options)
      const query = { state, q: search, problem: problem === true ? 'true' : undefined }
      const portals = await listPortals(client, query)
      if (printer.isJson) return printer.json({ portals })
      return printer.table(HEADS, portals.map(portalRow), 'No portal is known.')
    })
}

const HEADS = ['PORTAL', 'MEMBER ID', 'STATE', 'BACKLOG', 'PARKED', 'LAST EVENT', 'PROBLEM']

function portalRow(row: PortalRow): readonly Words[] {
  return [
    textOr(row.domain),
    row.memberId,
    stateWords(row.state),
    String(row.backlog),
    String(row.parked),
    timeText(row.lastEventAt),
    problemWords(row),
  ]
}

/** The problem of a portal, with its destination; a dash for none. */
export function problemWords({ problem, destination }: PortalRow): Words {
  if (problem === null) return '-'
  return { text: destination === null ? problem : `${problem} (${destination})`, tone: 'bad' }
}

/** The heads of a table of portals that need somebody. */
export const TROUBLE_HEADS: readonly string[] = ['PORTAL', 'PROBLEM', 'REMEDY']

/** The rows of this table. */
export function troubleRows(portals: readonly PortalRow[]): readonly (readonly Words[])[] {
  return portals.map((row) => [row.domain ?? row.memberId, problemWords(row), textOr(row.remedy)])
}
