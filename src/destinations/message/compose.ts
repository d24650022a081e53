/**
 * Composes the message that tells people one delivery; several deliveries make a digest
 * (`compose-digest.ts`).
 */
import type { UserField } from '../../core/log/event.ts'
import type { Delivery, Parcel } from '../receiver.ts'
import { occurredAt } from '../event-body.ts'
import type { Catalogue } from '../language/catalogue.ts'
import { isLocalHost } from '../settings/url-setting.ts'
import { listChangeLines } from './change-lines.ts'
import { composeDigest } from './compose-digest.ts'
import { composeEvent, describeEventLink, withoutChange } from './events/compose-event.ts'
import { listFacts } from './events/facts.ts'
import { type ChangeLine, type Link, type Message } from './message.ts'
import { listNotes } from './notes.ts'
import { shortenMessage } from './text/shorten.ts'
import {
  describeCode,
  describeDeed,
  describeKind,
  describeLabel,
  describePortal,
} from './wording.ts'
import { fillSpans, foreign, own } from './text/line.ts'

const MAX_LINES = 12
const MAX_LINES_OF_WHOLE_FIELD = 6
const MAX_LINES_OF_DIGEST = 60
const MAX_URL_LENGTH = 2000

/** The language of a message and the time of its attempt. */
export interface ComposeTerms {
  readonly words: Catalogue
  /** The time of the attempt in unix milliseconds. */
  readonly now: number
}

/** The message for a parcel, with no more lines than a person wants to read. */
export function composeMessage(parcel: Parcel, terms: ComposeTerms): Message {
  const [delivery, ...others] = parcel.deliveries
  if (others.length > 0) {
    const overview = linkTo(parcel.dashboard, terms.words.digest.showAll)
    const digest = composeDigest(parcel.deliveries, { ...terms, overview })
    return shortenMessage(digest, MAX_LINES_OF_DIGEST, terms.words)
  }
  const message = composeSingle(delivery, terms)
  return shortenMessage(message, maxLinesOf(delivery), terms.words)
}

function maxLinesOf({ event }: Delivery): number {
  const action = event.field?.action
  return action === 'added' || action === 'deleted' ? MAX_LINES_OF_WHOLE_FIELD : MAX_LINES
}

function composeSingle(delivery: Delivery, { words, now }: ComposeTerms): Message {
  const at = occurredAt(delivery)
  const lines = listLines(delivery, words)
  const isAboutField = delivery.event.field !== null
  const linkText = isAboutField ? words.openInBitrix24 : describeEventLink(delivery, words)
  return {
    ...describeHeadline(delivery, words),
    groups: lines.length === 0 ? [] : [{ heading: [], lines }],
    more: null,
    notes: listNotes(delivery, now, words),
    portal: describePortal(delivery),
    firstAt: at,
    lastAt: at,
    link: linkTo(delivery.link, linkText),
    overview: null,
    threadKey: threadKeyOf(delivery),
  }
}

/** A link with an address that receivers take: https, or http in local development, and not too long. */
export function linkTo(url: string | null, text: string): Link | null {
  if (url === null || url.length > MAX_URL_LENGTH || !URL.canParse(url)) return null
  if (url.startsWith('https://')) return { url, text }
  return url.startsWith('http://') && isLocalHost(new URL(url)) ? { url, text } : null
}

/**
 * The key of a message's thread: one for each field, and one for each portal's events that are about no
 * field.
 */
export function threadKeyOf({ memberId, event: { field } }: Delivery): string {
  return field === null ? memberId : `${memberId}-${field.family}-${field.id}`
}

function listLines(delivery: Delivery, words: Catalogue): readonly ChangeLine[] {
  const { field } = delivery.event
  if (delivery.sequence === null) return []
  if (field === null) return listFacts(delivery.event, words).map(withoutChange)
  return listChangeLines(delivery.enrichment.changes ?? [], field.action, words)
}

type Headline = Pick<Message, 'kind' | 'title' | 'lead' | 'summary'>

function describeHeadline(delivery: Delivery, words: Catalogue): Headline {
  if (delivery.sequence === null) {
    const title = [own(words.test.title, 'strong')]
    return {
      kind: 'test',
      title,
      lead: [own(words.test.text)],
      summary: [own(words.test.title)],
    }
  }
  const { field } = delivery.event
  if (field === null) return { kind: 'event', ...composeEvent(delivery, words) }
  return describeField(delivery, field, words)
}

function describeField(delivery: Delivery, field: UserField, words: Catalogue): Headline {
  const label = describeLabel(delivery)
  const code = describeCode(field, words)
  const kind = own(describeKind(field, words))
  const deed = describeDeed(delivery, field, words)
  const title = label === null ? code : [foreign(label, 'strong'), own(' '), ...code]
  const quoted =
    label === null ? [] : [...fillSpans(words.quoted, { label: [foreign(label)] }), own(' ')]
  return {
    kind: 'change',
    title,
    lead: fillSpans(words.labelled, { label: [kind], value: deed }),
    summary: fillSpans(words.labelled, {
      label: [kind, own(' '), ...quoted, own('('), ...code, own(')')],
      value: deed,
    }),
  }
}
