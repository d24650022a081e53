/** `events`: the newest events of a portal with their fates; with `--follow` those that come. */
import type { Command } from 'commander'
import { EventsPageSchema, type EventView } from '../../src/core/views/event-views.ts'
import { portalPath, type AdminClient } from '../api/admin-client.ts'
import { EXIT } from '../exit-codes.ts'
import { Fault } from '../fault.ts'
import { countOption, countUpTo } from '../options.ts'
import { addRelayCommand, openRelay, type RelayOptions, type Tools } from '../relay-command.ts'
import { plainText } from '../terminal/plain-text.ts'
import type { Printer } from '../terminal/printer.ts'
import { fatesText, textOr, timeText } from '../terminal/words.ts'

interface Options extends RelayOptions {
  readonly limit: number
  readonly before?: number
  readonly follow?: true
  readonly interval: number
}

/** The most events that the relay gives at a time. */
const MAX_PAGE = 200

/** A day: a timer of Node fires at once when it shall wait for more than 24 days. */
const MAX_INTERVAL_S = 86_400

/** Adds the command. */
export function addEvents(program: Command, tools: Tools): void {
  addRelayCommand(program, {
    usage: 'events <portal>',
    summary: 'the newest events of a portal, with their fates; oldest first',
    examples: [
      'events acme.bitrix24.com',
      'events acme.bitrix24.com --follow',
      'events acme.bitrix24.com --limit 100 --before 137 --json',
    ],
  })
    .option('--limit <count>', 'how many events, at most 200', countUpTo(MAX_PAGE), 20)
    .option('--before <sequence>', 'only events before this one', countOption)
    .option('--follow', 'go on with the events that come, until Ctrl-C')
    .option('--interval <seconds>', 'how often it looks for them', countUpTo(MAX_INTERVAL_S), 2)
    .action((portal: string, options: Options) => showEvents(portal, options, tools))
}

async function showEvents(portal: string, options: Options, tools: Tools): Promise<void> {
  const { client, printer } = openRelay(tools, options)
  const { limit, before, follow } = options
  const page = await askEvents(client, portal, { limit, before })
  if (follow === true) return followEvents({ client, printer, portal, options, tools }, page)
  if (printer.isJson) return printer.json({ events: page })
  return printer.table(HEADS, page.map(eventRow), 'The log holds no event.')
}

const HEADS = ['EVENT', 'RECEIVED', 'NAME', 'OF', 'BY', 'FATES']

/** The events of one page, oldest first. */
async function askEvents(
  client: AdminClient,
  portal: string,
  { limit, before }: { readonly limit: number; readonly before?: number | undefined },
): Promise<readonly EventView[]> {
  const query = { limit: String(limit), before: before === undefined ? undefined : String(before) }
  const { events } = await client.ask(portalPath(portal, '/events'), EventsPageSchema, { query })
  return events.toReversed()
}

function eventRow(event: EventView): readonly string[] {
  const { sequence, receivedAt, userId, userName, quarantined, fates } = event
  return [
    String(sequence),
    timeText(receivedAt),
    `${event.event}${quarantined ? ' (quarantined)' : ''}`,
    subjectText(event.fields),
    textOr(userName ?? userId),
    textOr(fatesText(fates)),
  ]
}

/** The field of an event about one, or the number of what the event is about. */
function subjectText(fields: unknown): string {
  const own: Readonly<Record<string, unknown>> = Object(fields)
  const inner: Readonly<Record<string, unknown>> = Object(own['FIELDS'])
  const found = [own['FIELD_NAME'], own['ID'], inner['ID']].find(isShort)
  return found === undefined ? '-' : String(found)
}

function isShort(value: unknown): value is string | number {
  return typeof value === 'number' || typeof value === 'string'
}

interface Following {
  readonly client: AdminClient
  readonly printer: Printer
  readonly portal: string
  readonly options: Options
  readonly tools: Tools
}

/**
 * Writes the events that stand in the log, and then those that come. An event is written once, with the fates that it
 * has at that time.
 */
async function followEvents(following: Following, page: readonly EventView[]): Promise<void> {
  const { printer, options, tools } = following
  const { world } = tools
  let last = 0
  let next = page
  let isLost = false
  for (;;) {
    for (const event of next) writeEvent(event, printer)
    last = next.at(-1)?.sequence ?? last
    if ((await world.sleep(options.interval * 1000)) === 'interrupted') return
    const found = await lookAgain(following, last)
    if (found instanceof Fault && !isLost) {
      world.err(`${plainText(found.message)}; it is asked again\n`)
    }
    isLost = found instanceof Fault
    next = found instanceof Fault ? [] : found
  }
}

/** What has come; a relay that does not answer, as in the moment of a deployment, is asked again. */
async function lookAgain(
  { client, portal }: Following,
  last: number,
): Promise<readonly EventView[] | Fault> {
  try {
    return await eventsAfter(client, portal, last)
  } catch (error) {
    if (error instanceof Fault && error.exitCode === EXIT.unreachable) return error
    throw error
  }
}

/** Every event after a sequence, oldest first, however many have come. */
async function eventsAfter(
  client: AdminClient,
  portal: string,
  last: number,
): Promise<readonly EventView[]> {
  const found: EventView[] = []
  for (let before: number | undefined; ;) {
    const page = await askEvents(client, portal, { limit: MAX_PAGE, before })
    found.unshift(...page.filter(({ sequence }) => sequence > last))
    const [first] = page
    if (first === undefined || first.sequence <= last + 1 || page.length < MAX_PAGE) return found
    before = first.sequence
  }
}

function writeEvent(event: EventView, printer: Printer): void {
  if (printer.isJson) return printer.jsonLine(event)
  return printer.line(eventRow(event).join('  '))
}
