/** Every event in the log has a fate at every receiver, and the history explains it. */
import { parseEnrichment } from '../../../src/portal/log/rows/event-schemas.ts'
import type { VirtualReceiver } from '../cast/receiver.ts'
import type { Evidence, FateSeen, PortalEvidence } from '../evidence.ts'
import type { LogRow } from '../lanes.ts'
import { CONDITIONED, CONDITIONS, conditionsOf, USERS } from '../deployments.ts'
import type { Played } from '../play.ts'
import { tellsOf } from './chat.ts'

/** One event at one receiver. */
interface Case {
  readonly played: Played
  readonly found: PortalEvidence
  readonly receiver: VirtualReceiver
  readonly row: LogRow
}

/**
 * Every event has a fate at every receiver. `delivered`: the receiver has it. `parked`: the receiver has refused,
 * or the operator has set it aside. `filtered`: such a filter was deployed. `unchanged`: another event told it.
 */
export function everyEventHasItsFate({ played, portals }: Evidence): readonly string[] {
  return portals.flatMap((found) =>
    found.log.flatMap((row) => {
      const { sequence } = row
      const event = found.events.get(sequence)
      const { domain } = found.portal
      if (event === undefined) return [`${domain}: ${sequence} is not shown`]
      return played.receivers.flatMap((receiver) => {
        const fault = faultOf({ played, found, receiver, row }, event.fates[receiver.name] ?? null)
        return fault === null ? [] : [`${domain}: ${sequence} at ${receiver.name} ${fault}`]
      })
    }),
  )
}

function faultOf(of: Case, fate: FateSeen | null): string | null {
  if (fate === null) return 'has no fate'
  const why = fate.reason === null ? '' : ` (${fate.reason})`
  switch (fate.state) {
    case 'delivered':
      return isTold(of, fate) ? null : 'counts as delivered, and never came'
    case 'unchanged':
      return faultOfUnchanged(of)
    case 'parked':
      return mayBeParked(of) ? null : `is parked${why}, and nothing was refused`
    case 'filtered':
      return mayBeFiltered(of, fate) ? null : `is filtered${why}, and no filter was set`
    default:
      return `is ${fate.state}${why} at the end`
  }
}

/** An event that another one tells is left out, and the other one must not be left out for whose deed it is. */
function faultOfUnchanged({ played, found, receiver, row }: Case): string | null {
  const toldBy = toldByOf(row)
  if (toldBy === null) return 'is unchanged, and nothing told it'
  const teller = found.log.find(({ sequence }) => sequence === toldBy)
  const fate = found.events.get(toldBy)?.fates[receiver.name]
  if (teller === undefined || fate?.state !== 'filtered' || fate.reason !== 'user') return null
  if (!coversOf(teller).includes(row.sequence)) return null
  const rules = played.deployed.flatMap(({ users }) => USERS[users] ?? [])
  const isExplained = rules.some(
    ({ of, takes }) =>
      of.includes(receiver.name) &&
      !peopleOf(teller, found).some(takes) &&
      !takes(row.event.userId),
  )
  return isExplained ? null : `is unchanged, and ${toldBy}, which tells it, was filtered`
}

function coversOf({ enrichment }: LogRow): readonly number[] {
  return enrichment === null ? [] : (parseEnrichment(enrichment)?.covers ?? [])
}

/** Everybody whose change an event tells: the people of the events that one read has explained together. */
function peopleOf(row: LogRow, { log }: PortalEvidence): readonly (number | null)[] {
  const covers = coversOf(row)
  const told = log.filter(({ sequence }) => covers.includes(sequence))
  return [row, ...told].map(({ event }) => event.userId)
}

function toldByOf({ enrichment }: LogRow): number | null {
  return enrichment === null ? null : (parseEnrichment(enrichment)?.toldBy ?? null)
}

/** Whether the receiver has taken the event, by itself or in a digest. */
function isTold({ played, found, receiver, row }: Case, { digest }: FateSeen): boolean {
  const { memberId } = found.portal
  const isSeen = receiver.seen.some(
    (one) => one.isTaken && one.sequence === row.sequence && one.memberId === memberId,
  )
  if (isSeen || receiver.type === 'webhook') return isSeen
  // A message in the operator's own wording names the field, and perhaps no more.
  const hasWording =
    played.deployed.some(({ crm }) => crm === 'template') && receiver.name === 'crm'
  if (digest === null) return tellsOf(receiver, found.portal).has(row, { isVague: hasWording })
  // A digest tells what is left of all its changes: the last one of each field.
  const last = found.log.findLast(
    (other) =>
      other.sequence >= digest.first &&
      other.sequence <= digest.last &&
      other.event.field?.id === row.event.field?.id,
  )
  return last === undefined || tellsOf(receiver, found.portal).has(last, { isVague: true })
}

function mayBeParked({ played, receiver }: Case): boolean {
  if (receiver.wasEver('refuses', 'chokes', 'gone')) return true
  return played.history.moments.some(
    ({ step }) => step.kind === 'park' && step.who === receiver.name,
  )
}

function mayBeFiltered(of: Case, { reason, condition }: FateSeen): boolean {
  const { played, receiver, row } = of
  switch (reason) {
    case 'older_than_destination':
      // Events that came before the destination was there for the first time.
      return receiver.name === 'late'
    case 'field': {
      const wasFiltered = played.deployed.some(({ fields }) => fields === 'one')
      return receiver.name === 'erp' && wasFiltered && row.event.field?.fieldName !== 'UF_CRM_236'
    }
    case 'user':
      return wasFilteredByUser(of)
    case 'condition':
      return wasFilteredByCondition(of, condition ?? '')
    default:
      return false
  }
}

/** Whether a list was deployed that takes nobody whose change the event tells. */
function wasFilteredByUser({ played, found, receiver, row }: Case): boolean {
  const people = peopleOf(row, found)
  return played.deployed.some(({ users }) => {
    const rule = USERS[users]
    return rule?.of.includes(receiver.name) === true && !people.some(rule.takes)
  })
}

/** Whether the condition that the fate names was deployed, and the event does not meet it. */
function wasFilteredByCondition({ played, receiver, row }: Case, condition: string): boolean {
  const isMet = CONDITIONS.get(condition)
  return (
    CONDITIONED.includes(receiver.name) &&
    played.deployed.some((settings) => conditionsOf(settings).includes(condition)) &&
    isMet !== undefined &&
    !isMet(row.event.field?.id ?? 0)
  )
}
