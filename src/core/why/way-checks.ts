/** The checks of an event's way from the log to one destination: its filter, its lane, its delivery. Pure. */
import { displayName } from '../events/event-names.ts'
import type { FilteredBy } from '../lanes/filters/filter-reason.ts'
import type { ParkReason } from '../lanes/state/fate.ts'
import type { DisabledReason } from '../lanes/state/lane-state.ts'
import type { EventView, FateView } from '../views/event-views.ts'
import type { LaneView } from '../views/lane-view.ts'
import type { Check } from '../views/why-view.ts'
import type { AskedEvent, WayFacts } from './why-facts.ts'

/** Tells the reason of a failed attempt in words. */
export type ExplainFailure = (reason: ParkReason | DisabledReason) => {
  readonly meaning: string
  readonly remedy: string
}

/** Everything beside the way that its checks need. */
export interface WayTerms {
  readonly event: AskedEvent
  readonly explainFailure: ExplainFailure
}

/** The checks of the way to a destination, in its order. */
export function wayChecks(way: WayFacts, terms: WayTerms): readonly Check[] {
  const { lane, isConfigured, isWantedAgain = false } = way
  const view = terms.event.view
  const fate = view?.fates[way.destination] ?? null
  if (fate !== null && (fate.state === 'delivered' || fate.state === 'expired')) {
    return [deliveryCheck(fate, terms)]
  }
  if (!isConfigured || lane?.state === 'removed') return [NOT_CONFIGURED]
  if (lane === null) return [portalFilter()]
  const filter = filterCheck(way, terms.event)
  if (isWantedAgain) return replayChecks({ ...terms, lane }, [filter, fate])
  if (filter.blocks) return [filter]
  if (fate?.state === 'parked') return [filter, deliveryCheck(fate, terms)]
  return [filter, ...laneChecks(way, { ...terms, lane })]
}

/**
 * What a replay that has begun waits for: the same as its lane, and else its turn. The event was parked or left out
 * before.
 */
function replayChecks(
  terms: LaneTerms,
  [filter, fate]: readonly [Check, FateView | null],
): readonly Check[] {
  const parked = fate?.state === 'parked' ? [deliveryCheck(fate, terms)] : []
  const before = [filter, ...parked].map((check) => ({ ...check, blocks: false, remedy: null }))
  const stands = standCheck(terms)
  const underWay = blocking('replaying', 'A replay has begun that sends it again', null)
  return [...before, ...(stands === null ? [] : [stands]), underWay]
}

const NOT_CONFIGURED: Check = {
  step: 'destination',
  reason: 'not_configured',
  blocks: true,
  finding: 'No destination of this name is configured',
  remedy:
    'Add it to DESTINATIONS, or ask for one of the names that `GET /admin/api/destinations` lists',
}

function deliveryCheck(fate: FateView, { explainFailure }: WayTerms): Check {
  const found = { step: 'delivery', reason: fate.state, blocks: true } as const
  switch (fate.state) {
    case 'parked': {
      if (fate.reason === null) return { ...found, finding: 'It was set aside', remedy: REPLAY }
      const { meaning, remedy } = explainFailure(fate.reason)
      const status = fate.status === null ? '' : `, HTTP ${fate.status}`
      const tries =
        (fate.attempts ?? 0) === 0 ? '' : ` after ${countOf(fate.attempts ?? 0, 'attempt')}`
      const finding = `It was set aside${tries}: ${meaning} (${fate.reason}${status})`
      return { ...found, reason: fate.reason, finding, remedy: withReplay(remedy) }
    }
    case 'expired':
      // Of an event that retention has dropped nothing is left, so this one was parked when its content was erased.
      return { ...found, reason: 'erased', finding: ERASED_PARKED, remedy: null }
    case 'delivered':
    case 'waiting':
    case 'filtered':
    case 'unchanged':
      return { ...found, blocks: false, finding: deliveredText(fate), remedy: null }
  }
}

const REPLAY = 'Replay it'

const ERASED_PARKED =
  'An operator has erased its content while it was parked, so nothing can be sent'

function withReplay(remedy: string): string {
  return /replay/i.test(remedy) ? remedy : `${remedy}. Then replay it`
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function deliveredText({ at, attempts, digest }: FateView): string {
  const when = at === null ? '' : ` at ${at}`
  const how = attempts === null || attempts < 2 ? '' : `, by attempt ${attempts}`
  const together =
    digest === null
      ? ''
      : `, in one message with ${digest.count} events from ${digest.first} to ${digest.last}`
  return `The receiver has taken it${when}${how}${together}`
}

/** Whether the filter takes the event. Of an event that never came the filter can be asked about the name alone. */
function filterCheck(way: WayFacts, event: AskedEvent): Check {
  const { filteredBy, canReplay } = way
  if (filteredBy === null) {
    return { step: 'filter', reason: 'matches', blocks: false, ...takenText(way, event) }
  }
  const { finding, remedy } = leftOutText(filteredBy, way, event)
  const again = event.view !== null && canReplay ? REPLAY_NOW : remedy
  return { step: 'filter', reason: filteredBy.reason, blocks: true, finding, remedy: again }
}

const REPLAY_NOW = 'The destination would get it as it is configured today: replay it'

function takenText({ filter }: WayFacts, { view }: AskedEvent): Pick<Check, 'finding' | 'remedy'> {
  if (view !== null) return { finding: 'The destination takes this event', remedy: null }
  const further = (['fields', 'users', 'when'] as const).filter(
    (part) => (filter?.[part] ?? []).length > 0 && !filter?.[part]?.includes('*'),
  )
  return {
    finding: 'The destination takes events of this name',
    remedy:
      further.length === 0 ? null : `Its ${further.map(quoted).join(' and ')} may leave out some`,
  }
}

/** The words for an event that a filter has left out, and what changes that. */
function leftOutText(
  { reason, condition = '' }: FilteredBy,
  { filter }: WayFacts,
  { name, view }: AskedEvent,
): Pick<Check, 'finding' | 'remedy'> {
  switch (reason) {
    case 'portal':
      return { finding: portalFilter().finding, remedy: portalFilter().remedy }
    case 'no_value':
      return {
        finding: 'The portal has no value for a setting of the destination',
        remedy: 'Store the value `$portal.NAME` that the destination names',
      }
    case 'event': {
      const event = name === null ? 'the event' : displayName(name)
      return {
        finding: `Its \`events\` do not name ${event}: ${listed(filter?.events)}`,
        remedy: `Add ${event} to \`events\` of the destination`,
      }
    }
    case 'field': {
      const field = fieldNameOf(view)
      return {
        finding: `Its \`fields\` do not name ${field ?? 'an event without a field'}: ${listed(filter?.fields)}`,
        remedy:
          field === null ? 'Remove `fields`' : `Add ${field} to \`fields\` of the destination`,
      }
    }
    case 'user': {
      const user = view?.userId == null ? 'an event that nobody has caused' : `user ${view.userId}`
      return {
        finding: `Its \`users\` leave out ${user}: ${listed(filter?.users)}`,
        remedy: 'Change `users` of the destination',
      }
    }
    case 'condition':
      return {
        finding: `It does not meet the condition ${condition}`,
        remedy: 'Change this condition in `when` of the destination',
      }
    case 'unchanged':
      return {
        finding: `Event ${view?.toldBy ?? 'before'} has told its change already`,
        remedy: 'Set `unchanged = "send"` for the destination to get such events as well',
      }
    case 'older_than_destination':
      return {
        finding: 'The destination was added after this event',
        remedy: 'It gets later events',
      }
    case 'quarantined':
      return {
        finding: `The relay did not understand the event (${view?.quarantineReason ?? 'quarantined'})`,
        remedy: 'Report it: when a later version understands it, a replay delivers it',
      }
    case 'erased':
      return { finding: 'An operator has erased its content', remedy: null }
  }
}

function portalFilter(): Check {
  return {
    step: 'filter',
    reason: 'portal',
    blocks: true,
    finding: 'The `portals` of the destination leave this portal out',
    remedy: 'Add the member id or the domain of the portal to `portals` of the destination',
  }
}

function fieldNameOf(view: EventView | null): string | null {
  const fields: unknown = view?.fields
  const name = typeof fields === 'object' && fields !== null ? Object(fields)['FIELD_NAME'] : null
  return typeof name === 'string' ? name : null
}

function listed(texts: readonly string[] | undefined): string {
  return texts === undefined || texts.length === 0 ? 'the list is empty' : texts.join(', ')
}

function quoted(text: string): string {
  return `\`${text}\``
}

interface LaneTerms extends WayTerms {
  readonly lane: LaneView
}

/**
 * The checks of the lane: what it does, and what it waits for. The first check that blocks names the cause that has
 * to end first.
 */
function laneChecks(way: WayFacts, terms: LaneTerms): readonly Check[] {
  const { event, lane } = terms
  const stands = standCheck(terms)
  const checks = stands === null ? [] : [stands]
  if (event.view === null) {
    return checks.length > 0 ? checks : [laneCheck('active', 'Its lane goes on', null)]
  }
  if (way.isBeingRead) {
    checks.push(
      blocking(
        'reading',
        'The relay reads the changed field first, for three seconds at most',
        null,
      ),
    )
  }
  const { sequence } = event.view
  if (way.front !== null && way.front < sequence) {
    checks.push(
      blocking(
        'behind',
        `Events go in order, and event ${way.front} goes first: the lane waits with ${countOf(lane.backlog, 'event')}`,
        null,
      ),
    )
  }
  return checks.length > 0 ? checks : [laneCheck('due', 'It is sent now', null)]
}

function laneCheck(reason: string, finding: string, remedy: string | null): Check {
  return { step: 'lane', reason, blocks: false, finding, remedy }
}

function blocking(reason: string, finding: string, remedy: string | null): Check {
  return { ...laneCheck(reason, finding, remedy), blocks: true }
}

function untilText({ nextAttemptAt }: LaneView): string {
  return nextAttemptAt === null ? '' : ` until ${nextAttemptAt}`
}

/** Why the whole lane does not go on; null when it does. */
function standCheck({ lane, explainFailure }: LaneTerms): Check | null {
  const next = lane.nextAttemptAt === null ? '' : `; it tries again at ${lane.nextAttemptAt}`
  if (lane.state === 'paused') {
    return blocking('paused', 'An operator has paused the lane', 'Resume the lane')
  }
  if (lane.state === 'disabled') {
    if (lane.reason === null) return blocking('disabled', 'The lane is disabled', 'Resume the lane')
    const { meaning, remedy } = explainFailure(lane.reason)
    const problems = (lane.problems ?? []).map(({ setting, problem }) => `${setting}: ${problem}`)
    const told = problems.length > 0 ? problems.join('; ') : meaning
    return blocking(lane.reason, `The lane is disabled: ${told} (${lane.reason})${next}`, remedy)
  }
  if (lane.state === 'retrying' && lane.lastError !== null) {
    const { reason, detail, status } = lane.lastError
    const { meaning, remedy } = explainFailure(reason)
    const said = [status === null ? [] : `HTTP ${status}`, detail ?? []].flat().join(', ')
    const words = `${meaning} (${reason}${said === '' ? '' : `: ${said}`})`
    const failed = `${countOf(lane.attempts, 'failed attempt')}: ${words}${next}`
    return blocking(reason, failed, remedy)
  }
  switch (lane.waitsFor) {
    case null:
      return null
    case 'pace':
      return blocking('pace', `The lane keeps the pace of its receiver${untilText(lane)}`, null)
    case 'digest':
      return blocking('digest', `The lane gathers events for one message${untilText(lane)}`, null)
    case 'retry':
    case 'probe':
      return blocking(lane.waitsFor, `The lane waits${next}`, null)
  }
}
