/** `replay`: lets a destination have events again. */
import type { Command } from 'commander'
import { ProgressSchema, ReplayedSchema } from '../../src/core/views/act-views.ts'
import { ReplayDryRunSchema, type ReplayDryRun } from '../../src/core/views/destination-views.ts'
import { portalPath, type AdminClient } from '../api/admin-client.ts'
import { EXIT } from '../exit-codes.ts'
import { Fault } from '../fault.ts'
import { addPlaceOptions, countOption, placeOf, type PlaceOptions } from '../options.ts'
import { addRelayCommand, openRelay, type RelayOptions, type Tools } from '../relay-command.ts'
import type { Printer } from '../terminal/printer.ts'
import { countOf, textOr } from '../terminal/words.ts'
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
        ? showDryRun(await dryRunEverywhere(client, destination), printer)
        : replayEverywhere(client, printer, destination)
    })
}

type Wish = { readonly parked: true } | { readonly from: number; readonly to: number }

function wishOf({ parked, from, to }: Options): Wish {
  if (parked === true && from === undefined && to === undefined) return { parked }
  if (parked === undefined && from !== undefined && to !== undefined) {
    if (from > to) throw new Fault(EXIT.usage, `--from ${from} is behind --to ${to}`)
    return { from, to }
  }
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

/** Asks every portal what it would send, as many in a request as the relay asks at a time. */
async function dryRunEverywhere(client: AdminClient, destination: string): Promise<ReplayDryRun> {
  const path = `/destinations/${encodeURIComponent(destination)}/replay`
  const ask = (cursor: string | undefined): Promise<ReplayDryRun> =>
    client.ask(path, ReplayDryRunSchema, {
      method: 'POST',
      body: { parked: true },
      query: { dryRun: 'true', cursor },
    })
  let all = await ask(undefined)
  while (all.cursor !== null) {
    const next = await ask(all.cursor)
    all = {
      dryRun: true,
      replayed: all.replayed + next.replayed,
      looked: all.looked + next.looked,
      byPortal: [...all.byPortal, ...next.byPortal],
      cursor: next.cursor,
    }
  }
  return all
}

function showDryRun(dryRun: ReplayDryRun, printer: Printer): void {
  if (printer.isJson) return printer.json(dryRun)
  const { replayed, looked, byPortal } = dryRun
  const silent = byPortal.filter((one) => one.replayed === null).length
  printer.line(`${countOf(replayed, 'event')} would be sent again.`)
  printer.line(`${countOf(looked, 'portal')} asked, ${silent} did not answer.`)
  if (byPortal.length === 0) return
  printer.line()
  printer.table(
    ['PORTAL', 'EVENTS'],
    byPortal.map((one) => [one.domain ?? one.memberId, textOr(one.replayed)]),
    '',
  )
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
