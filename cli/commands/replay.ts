/** `replay`: lets a destination have events again. */
import type { Command } from 'commander'
import { ProgressSchema, ReplayedSchema } from '../../src/core/views/act-views.ts'
import { DestinationsSchema } from '../../src/core/views/destination-views.ts'
import { portalPath, type AdminClient } from '../api/admin-client.ts'
import { EXIT } from '../exit-codes.ts'
import { Fault } from '../fault.ts'
import { addPlaceOptions, countOption, placeOf, type PlaceOptions } from '../options.ts'
import { addRelayCommand, openRelay, type RelayOptions, type Tools } from '../relay-command.ts'
import type { Printer } from '../terminal/printer.ts'
import { countOf } from '../terminal/words.ts'
import { progressText } from './lane-act.ts'

interface Options extends RelayOptions, PlaceOptions {
  readonly parked?: true
  readonly from?: number
  readonly to?: number
  readonly dryRun?: true
}

/** Adds the command. */
export function addReplay(program: Command, tools: Tools): void {
  const command = addRelayCommand(program, {
    usage: 'replay <destination>',
    summary: 'send events to a destination again: what is parked, or a range of sequences',
    examples: [
      'replay erp --portal acme.bitrix24.com --parked --dry-run',
      'replay erp --portal acme.bitrix24.com --from 40 --to 42',
      'replay erp --all-portals --parked',
    ],
  })
  addPlaceOptions(command)
    .option('--parked', 'everything that is parked')
    .option('--from <sequence>', 'with --to a range of events', countOption)
    .option('--to <sequence>', 'the last event of the range', countOption)
    .option('--dry-run', 'only count the events')
    .action(async (destination: string, options: Options) => {
      const portal = placeOf(options)
      const wish = wishOf(options)
      const { client, printer } = openRelay(tools, options)
      if (portal !== null) {
        const path = portalPath(portal, `/lanes/${encodeURIComponent(destination)}/replay`)
        const query = options.dryRun === true ? { dryRun: 'true' } : {}
        const answer = await client.ask(path, ReplayedSchema, { method: 'POST', body: wish, query })
        return showReplayed(answer, printer)
      }
      if (!('parked' in wish)) {
        throw new Fault(EXIT.usage, 'In all portals only what is parked can be replayed: --parked')
      }
      return options.dryRun === true
        ? countParked(client, printer, destination)
        : replayEverywhere(client, printer, destination)
    })
}

type Wish = { readonly parked: true } | { readonly from: number; readonly to: number }

function wishOf({ parked, from, to }: Options): Wish {
  if (parked === true && from === undefined && to === undefined) return { parked }
  if (parked === undefined && from !== undefined && to !== undefined) return { from, to }
  throw new Fault(EXIT.usage, 'Say what to replay: either --parked, or --from and --to')
}

function showReplayed(
  answer: { readonly replayed: number; readonly dryRun?: true },
  printer: Printer,
): void {
  if (printer.isJson) return printer.json(answer)
  const { replayed, dryRun } = answer
  return printer.line(
    `${countOf(replayed, 'event')} ${dryRun === true ? 'would be' : 'will be'} sent again.`,
  )
}

/** The relay has no dry run for all portals; it knows how many events are parked, as of the portals' last reports. */
async function countParked(
  client: AdminClient,
  printer: Printer,
  destination: string,
): Promise<void> {
  const { destinations } = await client.ask('/destinations', DestinationsSchema)
  const found = destinations.find(({ name }) => name === destination)
  if (found === undefined) throw new Fault(EXIT.unknown, 'No destination of this name is known')
  return showReplayed({ replayed: found.parked, dryRun: true }, printer)
}

async function replayEverywhere(
  client: AdminClient,
  printer: Printer,
  destination: string,
): Promise<void> {
  const path = `/destinations/${encodeURIComponent(destination)}/replay`
  const progress = await client.ask(path, ProgressSchema, {
    method: 'POST',
    body: { parked: true },
  })
  if (printer.isJson) return printer.json(progress)
  return printer.line(`What is parked will be sent again in ${progressText(progress)}.`)
}
