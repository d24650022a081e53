/** A history in words, for a person who wants to know what went wrong in it. */
import type { Played } from './play.ts'
import type { History, Step } from './step.ts'

/** One step in words. */
export function tellStep(step: Step): string {
  const portal = 'portal' in step ? ` of portal ${step.portal}` : ''
  switch (step.kind) {
    case 'wait':
      return 'nothing happens'
    case 'edit': {
      const how = [
        step.delayMs > 0 ? `${step.delayMs} ms later` : '',
        step.isLost ? 'its event is lost' : '',
        step.isDoubled ? 'its event comes twice' : '',
        step.isRobot ? 'by nobody' : '',
      ].filter((part) => part !== '')
      return [`field ${step.field}${portal} is edited`, ...how].join(', ')
    }
    case 'burst':
      return `${step.count} edits follow each other${portal}`
    case 'add':
      return `a field${portal} is added`
    case 'delete':
      return `field ${step.field}${portal} is deleted`
    case 'receiver':
      return `${step.who} ${step.mode}`
    case 'servers':
      return `the servers${portal}: ${step.mode}`
    case 'kv':
      return `KV: ${step.mode}`
    case 'kv_emptied':
      return 'KV loses every install'
    case 'crash':
      return `in ${step.afterMs} ms the object${portal} ends`
    case 'crash_at_write':
      return `at write ${step.count} from now the object${portal} ends`
    case 'refuse_write':
      return `write ${step.count} from now to ${step.part} is refused by the disk${portal}`
    case 'ambush': {
      const { edits, count, part, afterMs } = step
      return `${edits} edits follow each other${portal}, write ${count} to ${part} is refused, and in ${afterMs} ms the object ends`
    }
    case 'newcomer': {
      const { edits, afterMs, thenMs } = step
      return `${edits} edits follow each other${portal}, whose servers are slow, in ${afterMs} ms late is deployed, and ${thenMs} ms later it shall have all events`
    }
    case 'crash_others':
      return 'pacers and directory end'
    case 'disk':
      return `the disk${portal} ${step.isFull ? 'is full' : 'has room'}`
    case 'call': {
      const { fault } = step
      const what = typeof fault === 'string' ? fault.replace('_', ' ') : `${fault.slowMs} ms slow`
      return `the next ${step.count} calls of a ${step.of}: ${what}`
    }
    default:
      return tellOperation(step)
  }
}

type Operation = Extract<
  Step,
  {
    readonly kind:
      | 'alarms'
      | 'alarms_lost'
      | 'alarm_twice'
      | 'clock'
      | 'pause'
      | 'resume'
      | 'park'
      | 'replay'
      | 'replay_range'
      | 'reconcile'
      | 'deploy'
      | 'cron'
      | 'uninstall'
      | 'install'
  }
>

function tellOperation(step: Operation): string {
  const portal = 'portal' in step ? ` of portal ${step.portal}` : ''
  switch (step.kind) {
    case 'alarms':
      return `alarms come ${step.delayMs} ms late`
    case 'alarms_lost':
      return 'the platform loses alarms'
    case 'alarm_twice':
      return `the alarm${portal} fires once more`
    case 'clock':
      return `the clock is ${step.skewMs} ms wrong`
    case 'pause':
    case 'resume':
    case 'park':
    case 'replay':
      return `the operator: ${step.kind} ${step.who}${portal}`
    case 'replay_range':
      return `the operator: replay ${step.from + 1} to ${step.from + 1 + step.length} at ${step.who}${portal}`
    case 'reconcile':
      return `the operator compares${portal}`
    case 'deploy':
      return `the operator deploys ${step.setting} = ${step.value}${step.isVisited ? ', and looks at it' : ''}`
    case 'cron':
      return `the ${step.trigger} cron runs`
    case 'uninstall':
      return `the application${portal} is uninstalled, ${step.clean ? 'with its data' : 'its data stay'}`
    case 'install':
      return `the application${portal} is installed${step.isNew ? ' anew' : ''}`
  }
}

/** All steps of a history. */
export function tellHistory({ portals, slowReceivers, moments }: History): string {
  const lines = moments.map(({ step, thenMs }, index) => {
    const number = String(index + 1).padStart(3)
    return `${number}. ${tellStep(step)}; ${(thenMs / 1000).toFixed(1)} s pass`
  })
  const cast = portals.map((connection, number) => `portal ${number} is connected by ${connection}`)
  const slow = slowReceivers > 0 ? [`${slowReceivers} further receivers are slow`] : []
  return [...cast, ...slow, ...lines].join('\n')
}

/** What happened in a history, and what each receiver saw: `x` was not taken, `r` replayed, `+` joins a batch. */
export function tellPlayed({ story, receivers, portals }: Played): string {
  const seen = receivers.flatMap((receiver) =>
    portals.flatMap(({ domain, memberId }) => {
      const known = receiver.seen.filter(
        (one) => one.sequence !== null && one.memberId === memberId,
      )
      const deliveries = [...Map.groupBy(known, ({ request }) => request).values()].map((batch) =>
        batch
          .map((one) => `${one.sequence}${one.isTaken ? '' : 'x'}${one.isReplayed ? 'r' : ''}`)
          .join('+'),
      )
      return deliveries.length === 0
        ? []
        : [`${receiver.name} of ${domain}: ${deliveries.join(' ')}`]
    }),
  )
  return [...story, '', ...seen].join('\n')
}
