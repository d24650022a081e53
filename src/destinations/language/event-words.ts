/**
 * The words for events that are about no user field. A sentence is composed of the noun of an event's topic and
 * the deed of its verb, `Task 123 created`, so a further topic costs a language one noun. Where the language
 * wants it, the deed agrees with the gender and the number of the noun.
 */
import type { EventVerb, RelatedKind } from '../../core/events/event-topic.ts'
import type { PageKind, SubjectKind } from '../../core/events/record-types.ts'
import type { FieldFamily } from '../../core/log/event.ts'

/** Gender and number of a noun: of one thing (`m`, `f`, `n`) or of several (`mp`, `fp`). */
export type Gender = 'm' | 'f' | 'n' | 'mp' | 'fp'

/** A noun as it begins a sentence. The id follows it, or stands at `{id}`: `Conversation {id} du canal ouvert`. */
export interface Noun {
  readonly text: string
  readonly gender: Gender
}

/** The things that have a noun. The user fields of the CRM have the words of `kinds` in the catalogue. */
export type NounKind =
  | Exclude<SubjectKind, `${FieldFamily}_user_field`>
  | RelatedKind
  | 'address_type'
  | 'job'

/**
 * Everything that a sentence can say has happened: the verbs of the events, and what their data make of them.
 * Messages and comments are `posted` where other things are `added`.
 */
export type Deed = EventVerb | 'posted' | 'missed' | 'refused'

/** A sentence for each gender; `{subject}` is the noun with its id. */
export type Agreeing = Readonly<Record<Gender, string>>

/** The facts that an event carries beside its ids. */
export type FactName =
  | 'command'
  | 'daysLeft'
  | 'direction'
  | 'duration'
  | 'expired'
  | 'name'
  | 'number'
  | 'payment'
  | 'reaction'
  | 'result'
  | 'status'
  | 'waiting'

/** The words of one language for events that are about no user field. */
export interface EventWords {
  readonly nouns: Readonly<Record<NounKind, Noun>>
  readonly deeds: Readonly<Record<Deed, Agreeing>>
  /** `{words}`: an event of a module that the relay does not know. */
  readonly unknown: string
  readonly facts: Readonly<Record<FactName, string>>
  readonly directions: Readonly<
    Record<'outgoing' | 'incoming' | 'redirected' | 'callback' | 'information', string>
  >
  /** The ways in which an application is paid for. */
  readonly payments: Readonly<
    Record<'free' | 'demo' | 'trial' | 'paid' | 'local' | 'subscription', string>
  >
  /** `{id}`: the words of the link to a page of the portal. */
  readonly open: Readonly<Record<PageKind, string>>
}

/** The text of a noun with the place of its id, and without it. */
export function formsOf({ text }: Noun): { readonly withId: string; readonly alone: string } {
  const withId = text.includes('{id}') ? text : `${text} {id}`
  return { withId, alone: withId.replace(' {id}', '') }
}

/** Nouns of one gender. */
export function nounsOf<Kind extends string>(
  gender: Gender,
  texts: Readonly<Record<Kind, string>>,
): Readonly<Record<Kind, Noun>> {
  const nouns = Object.entries<string>(texts).map(([kind, text]) => [kind, { text, gender }])
  // Sound: the keys are those of `texts`.
  return Object.fromEntries(nouns) as Record<Kind, Noun>
}

/** The endings of a deed, in the order m, f, n, mp, fp. */
export type Endings = readonly [m: string, f: string, n: string, mp: string, fp: string]

/** A deed whose `*` becomes the ending of each gender. Without a `*` it agrees with nothing. */
export function agree(text: string, [m, f, n, mp, fp]: Endings = ['', '', '', '', '']): Agreeing {
  const withEnding = (ending: string): string => text.replaceAll('*', ending)
  return {
    m: withEnding(m),
    f: withEnding(f),
    n: withEnding(n),
    mp: withEnding(mp),
    fp: withEnding(fp),
  }
}
