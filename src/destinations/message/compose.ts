/**
 * Composes the message that tells people one delivery; several deliveries make a digest
 * (`compose-digest.ts`).
 */
import { toldField } from '../../core/fields/module-field.ts'
import type { Delivery, Parcel } from '../receiver.ts'
import { isBulletin, isTestMessage, occurredAt } from '../event-body.ts'
import type { Catalogue } from '../language/catalogue.ts'
import { isLocalHost } from '../settings/url-setting.ts'
import { composeDigest } from './compose-digest.ts'
import { composeField } from './fields/compose-field.ts'
import { composeEvent, describeEventLink, withoutChange } from './events/compose-event.ts'
import { listFacts } from './events/facts.ts'
import type { Link, Message } from './message.ts'
import { describeAlert, listNotes } from './notes.ts'
import { sayBulletin } from './say-bulletin.ts'
import { shortenMessage } from './text/shorten.ts'
import { describePortal } from './wording.ts'
import { own } from './text/line.ts'

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
export function composeMessage({ deliveries, dashboard }: Parcel, terms: ComposeTerms): Message {
  const [first, ...others] = deliveries
  const delivery = withToldField(first)
  if (others.length > 0) {
    const overview = linkTo(dashboard, terms.words.digest.showAll)
    const all = [delivery, ...others.map(withToldField)] as const
    const digest = composeDigest(all, { ...terms, overview })
    return shortenMessage(digest, MAX_LINES_OF_DIGEST, terms.words)
  }
  const message = composeSingle(delivery, dashboard, terms)
  return shortenMessage(message, maxLinesOf(delivery), terms.words)
}

/** The delivery with the field of which people are told. */
function withToldField(delivery: Delivery): Delivery {
  const { event, enrichment } = delivery
  return { ...delivery, event: { ...event, field: toldField(event, enrichment) } }
}

function maxLinesOf({ event }: Delivery): number {
  const action = event.field?.action
  return action === 'added' || action === 'deleted' ? MAX_LINES_OF_WHOLE_FIELD : MAX_LINES
}

function composeSingle(
  delivery: Delivery,
  dashboard: string | null,
  { words, now }: ComposeTerms,
): Message {
  const at = occurredAt(delivery)
  const isAboutField = delivery.event.field !== null
  const linkText = isAboutField ? words.openInBitrix24 : describeEventLink(delivery, words)
  return {
    ...tellDelivery(delivery, words),
    more: null,
    notes: listNotes(delivery, now, words),
    portal: describePortal(delivery),
    firstAt: at,
    lastAt: at,
    // A bulletin is about the relay, so it leads to the page of the portal there.
    link: isBulletin(delivery)
      ? linkTo(dashboard, words.digest.showAll)
      : linkTo(delivery.link, linkText),
    overview: null,
    threadKey: threadKeyOf(delivery),
  }
}

type Told = Pick<Message, 'kind' | 'title' | 'lead' | 'alert' | 'groups' | 'summary'>

function tellDelivery(delivery: Delivery, words: Catalogue): Told {
  const { field } = delivery.event
  const alert = describeAlert(delivery, words)
  if (isTestMessage(delivery)) return tellTest(words)
  if (isBulletin(delivery)) return tellBulletin(delivery, words)
  if (field === null) {
    const lines = listFacts(delivery.event, words, delivery.names).map(withoutChange)
    const groups = lines.length === 0 ? [] : [{ heading: [], headlined: [], lines }]
    return { kind: 'event', ...composeEvent(delivery, words), alert, groups }
  }
  const { title, lead, headlined, lines } = composeField([delivery], field, words)
  const isEmpty = headlined.length + lines.length === 0
  const groups = isEmpty ? [] : [{ heading: [], headlined, lines }]
  return { kind: 'change', title, lead, alert, groups, summary: [...title, own(' · '), ...lead] }
}

function tellBulletin({ event }: Delivery, words: Catalogue): Told {
  const { title, remedy, facts } = sayBulletin(event, words)
  const lines = facts.map(withoutChange)
  return {
    kind: 'event',
    title,
    lead: remedy ?? [],
    alert: null,
    groups: lines.length === 0 ? [] : [{ heading: [], headlined: [], lines }],
    summary: title,
  }
}

function tellTest({ test }: Catalogue): Told {
  return {
    kind: 'test',
    title: [own(test.title, 'strong')],
    lead: [own(test.text)],
    alert: null,
    groups: [],
    summary: [own(test.title)],
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
