/** Describes a session for the page, as one plain object that holds everything it draws. */
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
  const { portal, receivers, relay, lanes } = session
  const whole = Object.keys(told).length === 0
  const firstSend = Math.max(0, portal.sends.length - MAX_SENDS)
  return {
    now: Date.now(),
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
    relay: { url: relay.url, running: relay.running, problem: lanes.problem, view: lanes.view },
    receivers: Object.fromEntries(
      Object.entries(receivers).map(([type, receiver]) => {
        const state = describeReceiver(receiver, told[type] ?? 0)
        told[type] = state.newest
        return [type, state]
      }),
    ),
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
    switches: { ...portal.switches, loseNext: portal.faults.losing > 0 },
    fields: portal.fields.map(describeField),
  }
}

function describeField(field: UserFieldRecord) {
  return {
    id: field.ID,
    name: field.FIELD_NAME,
    type: field.USER_TYPE_ID,
    label: field.labels['EDIT_FORM_LABEL']?.['en'] ?? field.FIELD_NAME,
    mandatory: field.columns['MANDATORY'] === 'Y',
    sort: field.columns['SORT'] ?? '',
    values: field.LIST?.map(({ VALUE }) => VALUE) ?? null,
  }
}

function describeSend(send: RecordedSend, number: number) {
  const { event, handlerId, at, ms, body, status, answer, error } = send
  return { number, event, handlerId, at, ms, body, status, answer, error }
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
