/**
 * Finds the reason why a wanted event is not bound, and the remedy. Nothing that the configuration names is left out
 * in silence: a name that the portal does not know, and a glob that matches nothing, are told.
 */
import { nearestWord } from '../nearest-word.ts'
import { displayName } from './event-names.ts'
import { meaningOf } from './topics.ts'
import { matchesOf, standsForOwn, type WantedPatterns } from './wanted-events.ts'

/** The reason why an event is not bound: stable words, shown to operators. */
export const MISSING_REASONS = [
  'not_offered',
  'no_scope',
  'not_administrator',
  'no_name',
  'refused',
  'unanswered',
] as const

/** One of these reasons. */
export type MissingReason = (typeof MISSING_REASONS)[number]

/** An event that is wanted and not bound. */
export interface MissingEvent {
  /** The canonical name of the event, or the glob or the text that the configuration holds. */
  readonly event: string
  readonly reason: MissingReason
  /**
   * The words that the remedy names: scopes, the name that was probably meant, or the portal's code. Null without
   * them.
   */
  readonly detail: string | null
}

/** The events that a portal offers, by their canonical names. */
export interface EventOffer {
  /** The events that the scopes of the application allow. */
  readonly own: readonly string[]
  /** The events of all scopes; null when the portal has not told them. */
  readonly all: readonly string[] | null
}

/** The answer of a portal that did not bind an event. */
export interface BindRefusal {
  readonly event: string
  /** Whether the portal says that it lacks the right, the scope, or the event itself; or has not answered. */
  readonly kind: 'no_rights' | 'no_scope' | 'unknown_event' | 'unanswered' | 'other'
  /** Bitrix24's code; may be empty. */
  readonly code: string
}

/** Explains the refusals of a portal. Without its offer its words alone count. */
export function explainRefusals(
  refusals: readonly BindRefusal[],
  offer: EventOffer | null,
): readonly MissingEvent[] {
  return refusals.map((refusal) => explain(refusal, offer))
}

function explain({ event, kind, code }: BindRefusal, offer: EventOffer | null): MissingEvent {
  const noScope = { event, reason: 'no_scope', detail: scopesOf([event]) } as const
  if (isBeyondScope(event, offer)) return noScope
  switch (kind) {
    case 'no_scope':
      return noScope
    case 'no_rights':
      return { event, reason: 'not_administrator', detail: null }
    case 'unanswered':
      return { event, reason: 'unanswered', detail: null }
    case 'unknown_event': {
      const known = (offer?.all ?? offer?.own ?? []).map((name) => displayName(name))
      return { event, reason: 'not_offered', detail: nearestWord(event, known) }
    }
    case 'other':
      return { event, reason: 'refused', detail: code === '' ? null : code }
  }
}

/** The names and globs of the configuration that this portal cannot bind, or that no portal can. */
export function unmatchedOf(
  { globs, noNames }: WantedPatterns,
  offer: EventOffer | null,
): readonly MissingEvent[] {
  const wrong = noNames.map((event) => ({ event, reason: 'no_name' as const, detail: null }))
  if (offer === null) return wrong
  const { own, all } = offer
  const missing = globs.flatMap((glob): MissingEvent[] => {
    const beyond = matchesOf(glob, all ?? []).filter((name) => !own.includes(name))
    if (beyond.length > 0) return [{ event: glob, reason: 'no_scope', detail: scopesOf(beyond) }]
    if (matchesOf(glob, own).length > 0 || standsForOwn(glob)) return []
    return [{ event: glob, reason: 'not_offered', detail: null }]
  })
  return [...wrong, ...missing]
}

function isBeyondScope(event: string, offer: EventOffer | null): boolean {
  return offer?.all?.includes(event) === true && !offer.own.includes(event)
}

function scopesOf(events: readonly string[]): string | null {
  const scopes = events.flatMap((event) => meaningOf(event)?.topic.scope ?? [])
  return scopes.length === 0 ? null : [...new Set(scopes)].join(', ')
}

/** The sentence that tells the operator what to do about a missing event. */
export function remedyOfMissing({ event, reason, detail }: MissingEvent): string {
  switch (reason) {
    case 'not_offered':
      return notOfferedRemedy(event, detail)
    case 'no_scope':
      return detail === null
        ? 'The application lacks the scope of this event: add it to its settings, and let an administrator install it again'
        : `Add the scope to the application and let an administrator install it again: ${detail}`
    case 'not_administrator':
      return "The user whose token is kept may not bind this event: let an administrator of the portal open the application's page"
    case 'no_name':
      return 'This is no name of an event: correct it in SUBSCRIBED_EVENTS, or in `events` of the destination'
    case 'refused': {
      const said = detail === null ? '' : ` and says ${detail}`
      return `The portal refuses to bind this event${said}: it is tried again each day`
    }
    case 'unanswered':
      return 'The portal has not answered: the relay asks again with the next look at the bindings'
  }
}

function notOfferedRemedy(event: string, meant: string | null): string {
  const topic = meaningOf(event)?.topic
  if (topic?.bindable === false && topic.scope === 'imbot') {
    return 'A bot sends this event to the address with which it was registered: register it with the address of the relay'
  }
  if (meant !== null) return `The portal offers no such event; perhaps this one is meant: ${meant}`
  return 'The portal offers no such event: check the name, and whether its module is installed there'
}
