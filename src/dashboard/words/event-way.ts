/** The steps of an event's way in sentences. */
import { canonicalName, userFieldOf } from '../../core/events/event-names.ts'
import type { FilterReason } from '../../core/lanes/filters/filter-reason.ts'
import type { QuarantineReason, ThinReason } from '../../core/log/event.ts'
import type { EventView, FateView } from '../../core/views/event-views.ts'
import { counted } from './counts.ts'
import { explainReason } from './reasons.ts'

/** A step of the way. */
export interface StepWords {
  readonly title: string
  readonly text: string
}

const THIN: Readonly<Record<ThinReason, string>> = {
  no_tokens: 'the relay has no tokens of this portal, as with an outgoing webhook alone',
  tokens_lost: 'the tokens of this portal are lost',
  access_denied: 'the portal does not allow it',
  rate_limited: 'the portal asked for fewer requests',
  portal_unreachable: 'the portal could not be reached',
  timeout: 'the portal did not answer within three seconds',
  not_found: 'the portal does not know the field any more',
  too_large: 'the changes are too large',
}

const QUARANTINED: Readonly<Record<QuarantineReason, string>> = {
  unknown_event_name: 'Its name is none that Bitrix24 gives',
  invalid_ts: 'Its time is no time',
  invalid_fields: 'Its fields do not have the documented form',
  too_many_parameters: 'Its body has too many parameters',
  too_many_values: 'Its body has too many values',
  too_deep: 'Its body is nested too deeply',
  number_out_of_range: 'It has a number that is too large',
  too_large: 'It is too large to be stored as a whole',
  unreadable_row: 'Its row in the log is damaged',
}

/**
 * What the relay has made of an event: of its content, which an operator may have erased, and of the changes behind it.
 */
export function explainedWords(view: EventView): StepWords {
  if (view.erasedAt !== undefined) return ERASED
  return view.quarantined ? quarantineWords(view) : enrichmentWords(view)
}

const ERASED: StepWords = {
  title: 'Erased',
  text: 'An operator has erased its content. Its fates stay, and nothing sends it again.',
}

/** The result of the reading for its changes. */
function enrichmentWords(view: EventView): StepWords {
  const { enrichment, enrichmentReason, changes } = view
  switch (enrichment) {
    case 'complete': {
      const count = changes?.length ?? 0
      const found =
        count === 0
          ? 'Nothing visible had changed.'
          : `It found ${counted(count, 'changed attribute')}.`
      return { title: 'Explained', text: `The relay read the field in the portal. ${found}` }
    }
    case 'unavailable': {
      const why = enrichmentReason === null ? 'the reason is not known' : THIN[enrichmentReason]
      return {
        title: 'Not explained (thin)',
        text: `It goes out without its changes, because ${why}. A later event of the same field tells them.`,
      }
    }
    case 'not_applicable':
      return { title: 'Not explained', text: isOfField(view) ? NO_WAY_TO_READ : FIELDS_ONLY }
  }
}

const FIELDS_ONLY = 'Changes are found for events of user fields only.'

const NO_WAY_TO_READ =
  'The relay has no way to read this field: an outgoing webhook alone tells that it was changed, and not what. With an incoming webhook or an application it reads the changes of later events.'

/** Whether an event is about a user field, by its name as Bitrix24 documents it. */
function isOfField({ event }: EventView): boolean {
  const name = canonicalName(event)
  return name !== null && userFieldOf(name) !== null
}

/** Why an event was not understood, and what to do. */
function quarantineWords({ quarantineReason }: EventView): StepWords {
  const why = quarantineReason === null ? 'It was not understood' : QUARANTINED[quarantineReason]
  return {
    title: 'Quarantined',
    text: `${why}. No destination gets it. When a later version of the relay understands it, Send again delivers it.`,
  }
}

/** The fate of an event at one destination, and what to do about it where there is something to do. */
export function fateWords(fate: FateView): { readonly text: string; readonly remedy: string } {
  const { reason } = fate
  switch (fate.state) {
    case 'delivered':
      return { text: 'The receiver has it.', remedy: '' }
    case 'waiting':
      return failedWords(reason) ?? { text: 'It waits for its turn.', remedy: '' }
    case 'parked':
      return failedWords(reason) ?? { text: 'It was set aside after a failed attempt.', remedy: '' }
    case 'expired':
      // Of an event that retention has dropped nothing is left to be shown.
      return { text: 'Its content was erased while it was parked.', remedy: '' }
    case 'unchanged':
      return {
        text: 'An earlier event has told its change already, so it was not sent.',
        remedy: '',
      }
    case 'filtered': {
      const why = isFilterReason(reason) ? FILTERED[reason] : 'Left out'
      return { text: `${why}.`, remedy: fate.condition ?? '' }
    }
  }
}

type LeftOutReason = Exclude<FilterReason, 'unchanged'>

const FILTERED: Readonly<Record<LeftOutReason, string>> = {
  quarantined: 'Left out: it was not understood',
  erased: 'Left out: an operator has erased its content',
  portal: 'Left out: the destination does not take this portal',
  no_value: 'Left out: the portal has no value for a setting of the destination',
  older_than_destination: 'Left out: the destination was added later',
  event: 'Left out: the destination does not take this kind of event',
  field: 'Left out: the destination does not take this field',
  user: 'Left out: the destination does not take events of whoever caused it',
  condition: 'Left out: it does not meet a condition of the destination',
}

function isFilterReason(reason: FateView['reason']): reason is LeftOutReason {
  return reason !== null && Object.hasOwn(FILTERED, reason)
}

function failedWords(reason: FateView['reason']) {
  // `no_value` stops a lane and leaves events out, so it stands in both tables.
  if (reason === null || (isFilterReason(reason) && reason !== 'no_value')) return null
  const { meaning, remedy } = explainReason(reason)
  return { text: `${meaning} (${reason}).`, remedy: `${remedy}.` }
}
