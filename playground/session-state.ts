/** Describes a session for the page, as one plain object that holds everything it draws. */
import { explainState } from '../src/dashboard/words/state-words.ts'
import type { FieldType } from '../src/destinations/language/catalogue.ts'
import { catalogueOf } from '../src/destinations/language/languages.ts'
import { GUIDE_STEPS, type GuideStep } from './guide.ts'
import { tellLane } from './lane-words.ts'
import { silenceOf } from './portal-silence.ts'
import type { PortalSimulator } from './portal/portal.ts'
import type { RecordedSend } from './portal/sender.ts'
import type { UserFieldRecord } from './portal/user-fields.ts'
import type { Behaviour, ReceivedRequest } from './receivers/receiver.ts'
import type { SessionReceiver } from './session-receivers.ts'
import type { Session } from './session.ts'

/** The newest entries of each list are shown. */
const MAX_SENDS = 40
const MAX_MESSAGES = 60
const MAX_REQUESTS = 28

/** Everything the page draws. Times are unix milliseconds. */
export type SessionState = ReturnType<typeof describeSession>

/** The number of the last message that a reader was told, by receiver. */
export type ToldMessages = Record<string, number>

/**
 * Describes a session as it stands. Messages are large and never change, so a reader who passes what it
 * was `told` gets the newer ones only; this moves `told` on.
 */
export function describeSession(session: Session, told: ToldMessages = {}) {
  const { portal, receivers, castId } = session
  const whole = Object.keys(told).length === 0
  const firstSend = Math.max(0, portal.sends.length - MAX_SENDS)
  return {
    now: Date.now(),
    /** A page forgets everything that it has drawn when this changes. */
    castId,
    guide: describeGuide(session),
    /** Whether the messages are all that are kept, not only the newer ones. */
    whole,
    maxMessages: MAX_MESSAGES,
    portal: describePortal(portal),
    sends: portal.sends
      .slice(firstSend)
      .map((send, index) => describeSend(send, firstSend + index + 1)),
    lost: portal.lost
      .map(({ event, at }, index) => ({ number: `lost-${index + 1}`, event, at }))
      .slice(-MAX_SENDS),
    relay: describeRelay(session),
    receivers: Object.fromEntries(
      Object.entries(receivers).map(([type, receiver]) => {
        const state = describeReceiver(receiver, told[type] ?? 0)
        told[type] = state.newest
        return [type, state]
      }),
    ),
  }
}

const END = {
  title: 'That was the minute',
  text: 'The dashboard shows the same from the side of its operator: what is stuck, why, and the button that ends it. Every other switch of this page is yours.',
  offer: null,
}

/** The step of the guide, or its end. */
function describeGuide({ guide: { at } }: Session) {
  const step: GuideStep | undefined = GUIDE_STEPS[at]
  const { title, text, offer } = step ?? END
  return { at, count: GUIDE_STEPS.length, title, text, offer }
}

function describeRelay({ relay, lanes, portal, isResetting }: Session) {
  const { view } = lanes
  const isKnown = view !== null && portal.installed
  return {
    url: relay.url,
    running: relay.running && !isResetting,
    isResetting,
    problem: lanes.problem,
    /** An uninstall has deleted the log, and its lanes have nothing to deliver. */
    head: isKnown ? view.head : 0,
    comparedAt: isKnown && view.lastReconcileAt !== null ? Date.parse(view.lastReconcileAt) : null,
    /** What is wrong with the portal as the relay sees it; null when nothing is. */
    trouble: isKnown && view.state !== 'active' ? explainState(view.state).text : null,
    remedy: isKnown ? view.remedy : null,
    lanes: isKnown ? view.lanes.map(tellLane) : [],
  }
}

function describeReceiver(receiver: SessionReceiver, after: number) {
  const { simulator, destination, goneText } = receiver
  const messages = simulator.messages.map(withPlace)
  return {
    destination: destination.name,
    behaviour: describeBehaviour(simulator.behaviour),
    gone: goneText,
    requests: simulator.requests.slice(-MAX_REQUESTS).map(describeRequest),
    total: messages.length,
    newest: messages.at(-1)?.number ?? 0,
    repeats: messages.filter(({ order }) => order === 'repeat').length,
    problems: messages.filter(({ order }) => order === 'gap' || order === 'out_of_order').length,
    messages: messages
      .slice(-MAX_MESSAGES)
      .filter(({ number }) => number > after)
      .map(({ message }) => message),
  }
}

/** The common members of all simulators' messages, and the place in the order, which only some have. */
function withPlace(message: unknown) {
  // Sound: read with a default, and only compared.
  const { number = 0, order = '' } = message as { number?: number; order?: string }
  return { number, order, message }
}

function describePortal(portal: PortalSimulator) {
  return {
    domain: portal.domain,
    memberId: portal.memberId,
    installed: portal.installed,
    silence: silenceOf(portal),
    switches: {
      ...portal.switches,
      loseNext: portal.faults.losing > 0,
      tokensExpired: portal.tokensDead,
      planEnded: portal.conditions.licence === 'lost',
      rightsLost: portal.conditions.fieldRights !== 'full',
    },
    fields: portal.fields.map(describeField),
  }
}

function describeField(field: UserFieldRecord) {
  return {
    id: field.ID,
    name: field.FIELD_NAME,
    type: field.USER_TYPE_ID,
    typeName: nameType(field.USER_TYPE_ID),
    label: field.labels['EDIT_FORM_LABEL']?.['en'] ?? field.FIELD_NAME,
    mandatory: field.columns['MANDATORY'] === 'Y',
    sort: field.columns['SORT'] ?? '',
    values: field.LIST?.map(({ VALUE }) => VALUE) ?? null,
  }
}

/** The type of a field as messages call it, for example `Yes/no`. */
export function nameType(type: string): string {
  const { types } = catalogueOf('en')
  // Sound: an unknown type has no words, and is asked for like a known one.
  const name = types[type as FieldType] ?? type
  return name.charAt(0).toUpperCase() + name.slice(1)
}

function describeSend(send: RecordedSend, number: number) {
  const { event, handlerId, at, ms, body, status, answer, error } = send
  return { number, event, handlerId, at, ms, body, pairs: readPairs(body), status, answer, error }
}

/** The parameters of a form body, readable: `data[FIELDS][ID]` and `235`. */
function readPairs(body: string): readonly (readonly [name: string, value: string])[] {
  return [...new URLSearchParams(body)]
}

function describeBehaviour(behaviour: Behaviour) {
  if (behaviour.kind === 'answer') {
    return { kind: behaviour.status < 300 ? 'error_inside' : 'gone', until: null }
  }
  const until = behaviour.kind === 'rate_limited' ? behaviour.until : null
  if (until !== null && until <= Date.now()) return { kind: 'normal', until: null }
  return { kind: behaviour.kind, until }
}

function describeRequest({ number, at, status, answer }: ReceivedRequest) {
  return { number, at, status, answer: answer.slice(0, 200) }
}
