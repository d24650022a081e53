/** `status`: shows the state of the relay, or of one portal. */
import type { Command } from 'commander'
import type * as v from 'valibot'
import { DestinationsSchema } from '../../src/core/views/destination-views.ts'
import type { HealthView } from '../../src/core/views/health-view.ts'
import type { LaneView } from '../../src/core/views/lane-view.ts'
import { PortalAnswerSchema } from '../../src/core/views/whole-view.ts'
import { portalPath, type AdminClient } from '../api/admin-client.ts'
import { listPortals } from '../api/list-portals.ts'
import { EXIT } from '../exit-codes.ts'
import { addRelayCommand, openRelay, type RelayOptions, type Tools } from '../relay-command.ts'
import type { Printer } from '../terminal/printer.ts'
import { stateWords, textOr, timeText } from '../terminal/words.ts'
import { problemWords, troubleRows, TROUBLE_HEADS } from './portals.ts'

/** Adds the command. */
export function addStatus(program: Command, tools: Tools): void {
  addRelayCommand(program, {
    usage: 'status [portal]',
    summary:
      'how the relay is: its configuration, its destinations, the portals that need somebody; or one portal with its lanes. Exit code 1 when something needs somebody',
    examples: ['status', 'status acme.bitrix24.com', 'status --json'],
  }).action(async (portal: string | undefined, options: RelayOptions) => {
    const { client, printer } = openRelay(tools, options)
    const isWell =
      portal === undefined
        ? await showRelay(client, printer)
        : await showPortal(client, printer, portal)
    tools.ends(isWell ? EXIT.done : EXIT.trouble)
  })
}

async function showRelay(client: AdminClient, printer: Printer): Promise<boolean> {
  const health = await client.health('by the operator')
  const { destinations } = await client.ask('/destinations', DestinationsSchema)
  const portals = await listPortals(client, { problem: 'true' })
  const isWell = health.status === 'ok' && portals.length === 0
  if (printer.isJson) {
    printer.json({ url: client.origin, health, destinations, portals })
    return isWell
  }
  showHealth(client.origin, health, printer)
  printer.line()
  printer.table(
    ['DESTINATION', 'TYPE', 'STATE', 'BACKLOG', 'PARKED', 'LAST OUTCOME'],
    destinations.map((one) => [
      one.name,
      textOr(one.type),
      stateWords(one.problems.length > 0 ? 'misconfigured' : one.state),
      String(one.backlog),
      String(one.parked),
      outcomeText(one),
    ]),
    'No destination is configured.',
  )
  printer.line()
  printer.table(TROUBLE_HEADS, troubleRows(portals), 'No portal needs anybody.')
  return isWell
}

function showHealth(origin: string, health: HealthView, printer: Printer): void {
  printer.line(`${origin}  `, stateWords(health.status), `  version ${health.version}`)
  for (const { setting, problem } of health.problems ?? []) {
    printer.line({ text: `problem: ${setting}: ${problem}`, tone: 'bad' })
  }
  for (const text of health.warnings ?? []) {
    printer.line({ text: `warning: ${text}`, tone: 'warning' })
  }
  for (const text of health.pending ?? []) {
    printer.line({ text: `waits: ${text}`, tone: 'warning' })
  }
}

type Destination = v.InferOutput<typeof DestinationsSchema>['destinations'][number]

function outcomeText({ lastOutcome }: Destination): string {
  if (lastOutcome === null) return '-'
  const { outcome, reason, at } = lastOutcome
  return `${outcome}${reason === null ? '' : ` (${reason})`} ${timeText(at)}`
}

async function showPortal(client: AdminClient, printer: Printer, name: string): Promise<boolean> {
  const view = await client.ask(portalPath(name), PortalAnswerSchema)
  const { subscriptions, install, memberId } = view
  // The list says what has to be mended first, as it does when all portals are looked at.
  const row = (await listPortals(client, { q: memberId })).find((one) => one.memberId === memberId)
  const problem = row?.problem ?? null
  const isWell = view.state === 'active' && problem === null
  if (printer.isJson) {
    printer.json(view)
    return isWell
  }
  printer.line(
    { text: textOr(view.domain), tone: 'strong' },
    `  ${view.memberId}  `,
    stateWords(view.state),
  )
  if (view.remedy !== null) printer.line({ text: view.remedy, tone: 'warning' })
  if (row !== undefined && problem !== null && problem !== view.state) {
    printer.line('problem: ', problemWords(row), `. ${textOr(row.remedy)}`)
  }
  printer.line(
    `known by ${install.kinds.join(' and ').replaceAll('_', ' ') || 'nothing'}, tokens ${install.tokens}, last event ${timeText(view.lastEventAt)}, last comparison ${timeText(view.lastReconcileAt)}`,
  )
  printer.line(
    `${view.events} events, ${view.reconciled} found by comparing, ${view.thin} thin, ${view.quarantined} quarantined, ${view.spilled} waiting outside, ${view.spillRefused} refused`,
  )
  for (const { event, reason, remedy } of subscriptions.missing) {
    printer.line({
      text: `not bound: ${event} (${textOr(reason)}) ${remedy ?? ''}`,
      tone: 'warning',
    })
  }
  printer.line()
  printer.table(LANE_HEADS, view.lanes.map(laneRow), 'The portal has no lane.')
  return isWell
}

const LANE_HEADS = [
  'DESTINATION',
  'STATE',
  'CURSOR',
  'BACKLOG',
  'PARKED',
  'NEXT ATTEMPT',
  'LAST ERROR',
]

function laneRow(lane: LaneView) {
  const { reason, lastError, waitsFor } = lane
  const error = lastError === null ? null : `${lastError.reason} ${lastError.detail ?? ''}`.trim()
  const next = waitsFor === null ? '-' : `${timeText(lane.nextAttemptAt)} (${waitsFor})`
  return [
    lane.destination,
    stateWords(lane.state),
    String(lane.cursor),
    String(lane.backlog),
    String(lane.parked),
    next,
    textOr(reason ?? error),
  ]
}
