/** `why`: tells why a destination got, or would get, no message about an event. */
import type { Command } from 'commander'
import { WhyViewSchema, type Check, type WhyView } from '../../src/core/views/why-view.ts'
import { portalPath } from '../api/admin-client.ts'
import { EXIT } from '../exit-codes.ts'
import { addRelayCommand, openRelay, type RelayOptions, type Tools } from '../relay-command.ts'
import type { Printer } from '../terminal/printer.ts'
import { stateWords, textOr, timeText } from '../terminal/words.ts'

/** Adds the command. */
export function addWhy(program: Command, tools: Tools): void {
  addRelayCommand(program, {
    usage: 'why <portal> <event> [destination]',
    summary:
      'why a destination got, or would get, no message about an event: its sequence, or its name for the newest one. Exit code 1 when something stands in the way',
    examples: [
      'why acme.bitrix24.com 42 crm-alerts',
      'why acme.bitrix24.com onCrmDealUpdate',
      'why acme.bitrix24.com 42 --json',
    ],
  }).action(async (...[portal, event, destination, options]: WhyArguments) => {
    const { client, printer } = openRelay(tools, options)
    const named = /^[0-9]{1,15}$/.test(event) ? { sequence: event } : { event }
    const query = { ...named, destination }
    const view = await client.ask(portalPath(portal, '/why'), WhyViewSchema, { query })
    if (printer.isJson) printer.json(view)
    else showWhy(view, printer)
    tools.ends(isFree(view) ? EXIT.done : EXIT.trouble)
  })
}

/** The parameters that Commander hands over: each argument of the line, then the options. */
type WhyArguments = [
  portal: string,
  event: string,
  destination: string | undefined,
  options: RelayOptions,
]

function isFree({ checks, destinations }: WhyView): boolean {
  return !checks.some(({ blocks }) => blocks) && destinations.every(({ cause }) => cause === null)
}

function showWhy(view: WhyView, printer: Printer): void {
  const { memberId, domain, event, sequence, receivedAt, checks, destinations } = view
  const what = [event ?? 'event', sequence === null ? [] : `#${sequence}`].flat().join(' ')
  const when = receivedAt === null ? '' : `, received ${timeText(receivedAt)}`
  printer.line({ text: what, tone: 'strong' }, ` of ${domain ?? memberId}${when}`)
  for (const check of checks) showCheck(check, printer)
  for (const { destination, answer, checks: own, cause } of destinations) {
    printer.line()
    printer.line({ text: destination, tone: 'strong' }, '  ', stateWords(answer))
    for (const check of own) showCheck(check, printer)
    if (cause !== null) showCause(cause, printer)
  }
}

function showCheck({ step, blocks, finding }: Check, printer: Printer): void {
  const mark = blocks
    ? ({ text: 'no', tone: 'bad' } as const)
    : ({ text: 'ok', tone: 'good' } as const)
  printer.line('  ', mark, `  ${step.padEnd(11)}  ${finding}`)
}

/** A lane without a remedy waits for a time, or for something that ends by itself. */
const GOES_ON = 'nothing is to be done, it goes on by itself'

function showCause({ step, reason, remedy }: Check, printer: Printer): void {
  printer.line('  ', { text: `cause: ${step}, ${reason}`, tone: 'bad' })
  printer.line('  ', {
    text: `remedy: ${textOr(remedy ?? (step === 'lane' ? GOES_ON : 'nothing can be done'))}`,
    tone: 'warning',
  })
}
