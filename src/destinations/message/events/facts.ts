/**
 * The facts that an event itself holds and that its reader wants at once. Of a call they are the direction, the
 * duration and the last digits of the number; of a payment, the days that are left. A text that somebody wrote is
 * never one of them.
 */
import { readText } from '../../../core/events/data-paths.ts'
import type { DataPath } from '../../../core/events/event-topic.ts'
import { canonicalName } from '../../../core/events/event-names.ts'
import { meaningOf, type TopicKind } from '../../../core/events/topics.ts'
import { nameKey, namedSubject, type Names } from '../../../core/events/names.ts'
import type { Json, RelayEvent } from '../../../core/log/event.ts'
import type { Catalogue } from '../../language/catalogue.ts'
import type { EventWords, FactName } from '../../language/event-words.ts'
import { describeKindOfHappening } from './sentence.ts'
import { fillSpans, foreign, own, type Line } from '../text/line.ts'
import { safeText } from '../text/safe-text.ts'

const MAX_TEXT = 80
const SHOWN_DIGITS = 4

type Facts = Readonly<Partial<Record<FactName, Line | null>>>
type Teller = (data: Json, words: Catalogue, subjectName: Line | null) => Facts

const CALL: Teller = (data, words) => ({
  direction: wordFor(readText(data, ['CALL_TYPE']), directionsOf(words.events)),
  number: maskNumber(readText(data, ['PHONE_NUMBER', 'CALLER_ID'])),
  duration: formatSeconds(readText(data, ['CALL_DURATION'])),
  result:
    readText(data, ['CALL_FAILED_CODE']) === '200' ? null : textAt(data, 'CALL_FAILED_REASON'),
})

const STATUS: Teller = (data) => ({ status: textAt(data, 'statusName') })

const TELLERS: Readonly<Partial<Record<TopicKind, Teller>>> = {
  call: CALL,
  external_call: CALL,
  callback: CALL,
  sign_document: STATUS,
  sign_member: STATUS,
  user: (data) => ({ name: nameAt(data) }),
  smart_process: (_data, _words, subjectName) => ({ name: subjectName }),
  bot_command: (data) => ({ command: textAt(data, 'COMMAND.*.COMMAND', 'command.command') }),
  bot_reaction: (data) => ({ reaction: textAt(data, 'reaction') }),
  application_payment: (data, words) => ({
    payment: wordFor(readText(data, ['STATUS']), paymentsOf(words.events)),
    expired: wordFor(readText(data, ['PAYMENT_EXPIRED']), {
      Y: words.values.yes,
      N: words.values.no,
    }),
    // `DAY` is the name in the former documentation
    // (https://dev.1c-bitrix.ru/rest_help/general/events/onapppayment.php).
    daysLeft: textAt(data, 'DAYS', 'DAY'),
  }),
  offline_queue: (data, words) => ({ waiting: waitingAt(data, words) }),
}

/** The facts of an event, each as a line; empty for most events. `names` are those that the portal has told. */
export function listFacts(
  event: RelayEvent,
  words: Catalogue,
  names: Names = new Map(),
): readonly Line[] {
  const kind = meaningOf(event.name)?.topic.kind
  const teller = kind === undefined ? undefined : TELLERS[kind]
  const facts = Object.entries(teller?.(event.data, words, ownName(event, names)) ?? {})
  return facts.flatMap(([name, value]) => {
    if (value === null || value === undefined) return []
    // Sound: the keys of Facts are the names.
    const label = words.events.facts[name as FactName]
    return [fillSpans(words.labelled, { label: [own(label)], value })]
  })
}

/** The name that the portal has told of the event's subject. */
function ownName(event: RelayEvent, names: Names): Line | null {
  const subject = namedSubject(event)
  const name = subject === null ? '' : safeText(names.get(nameKey(subject)) ?? '', MAX_TEXT)
  return name === '' ? null : [foreign(name, 'strong')]
}

function textAt(data: Json, ...paths: readonly DataPath[]): Line | null {
  const text = safeText(readText(data, paths) ?? '', MAX_TEXT)
  return text === '' ? null : [foreign(text, 'code')]
}

function nameAt(data: Json): Line | null {
  const names = [readText(data, ['NAME']), readText(data, ['LAST_NAME'])]
  const text = safeText(names.filter((name) => name !== null).join(' '), MAX_TEXT)
  return text === '' ? null : [foreign(text, 'strong')]
}

/** The event that waits in the queue, in words. */
function waitingAt(data: Json, words: Catalogue): Line | null {
  const name = canonicalName(readText(data, ['event']) ?? '')
  return name === null ? null : describeKindOfHappening({ name, data: null, userId: null }, words)
}

function wordFor(code: string | null, words: Readonly<Record<string, string>>): Line | null {
  const word = code !== null && Object.hasOwn(words, code) ? words[code] : undefined
  return word === undefined ? null : [own(word, 'code')]
}

/**
 * The values of `CALL_TYPE`
 * (https://apidocs.bitrix24.com/api-reference/telephony/voximplant/events/on-voximplant-call-end.html).
 */
function directionsOf({ directions }: EventWords): Readonly<Record<string, string>> {
  return {
    1: directions.outgoing,
    2: directions.incoming,
    3: directions.redirected,
    4: directions.callback,
    5: directions.information,
  }
}

/**
 * The values of `STATUS`: F, D, T, P and S of the page of this event
 * (https://apidocs.bitrix24.com/api-reference/common/events/on-app-payment.html), and L, a local application, of the
 * status in `auth` (https://github.com/bitrix-tools/b24-rest-docs/blob/main/_includes/auth-params-in-events.md).
 */
function paymentsOf({ payments }: EventWords): Readonly<Record<string, string>> {
  return {
    F: payments.free,
    D: payments.demo,
    T: payments.trial,
    P: payments.paid,
    L: payments.local,
    S: payments.subscription,
  }
}

/** The last digits of a phone number; null for a text that is none, such as the name of a line. */
function maskNumber(number: string | null): Line | null {
  if (number === null || !/^\+?[\d\s().-]{3,40}$/.test(number)) return null
  const digits = number.replace(/\D/g, '')
  const shown = digits.slice(-SHOWN_DIGITS)
  return [foreign(digits.length > SHOWN_DIGITS ? `•••${shown}` : shown, 'code')]
}

/** Seconds as `0:42` or `1:02:03`; null for a text that is no number of them. */
function formatSeconds(text: string | null): Line | null {
  if (text === null || !/^\d{1,7}$/.test(text)) return null
  const seconds = Number(text)
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const parts = [...(hours > 0 ? [hours, pad(minutes)] : [minutes]), pad(seconds % 60)]
  return [own(parts.join(':'), 'code')]
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}
