/** What the page is told: one plain object that holds everything it draws. */
import type { PortalSimulator } from './portal/portal.ts'
import type { RecordedSend } from './portal/sender.ts'
import type { UserFieldRecord } from './portal/user-fields.ts'
import type { Behaviour, ReceivedRequest } from './receivers/receiver.ts'
import type { Session } from './session.ts'

/** The newest entries of each list are shown. */
const MAX_SENDS = 40
const MAX_MESSAGES = 60
const MAX_REQUESTS = 60

/** Everything the page draws. Times are unix milliseconds. */
export type SessionState = ReturnType<typeof describeSession>

/** Describes a session as it stands. */
export function describeSession(session: Session) {
  const { portal, slack, webhook, relay, lanes } = session
  const firstSend = Math.max(0, portal.sends.length - MAX_SENDS)
  return {
    now: Date.now(),
    portal: describePortal(portal),
    sends: portal.sends
      .slice(firstSend)
      .map((send, index) => describeSend(send, firstSend + index + 1)),
    lost: portal.lost
      .map(({ event, at }, index) => ({ number: `lost-${index + 1}`, event, at }))
      .slice(-MAX_SENDS),
    relay: { url: relay.url, running: relay.running, problem: lanes.problem, view: lanes.view },
    slack: {
      behaviour: describeBehaviour(slack.behaviour),
      requests: slack.requests.slice(-MAX_REQUESTS).map(describeRequest),
      messages: slack.messages
        .slice(-MAX_MESSAGES)
        .map(({ number, at, payload }) => ({ number, at, payload })),
    },
    webhook: {
      behaviour: describeBehaviour(webhook.behaviour),
      requests: webhook.requests.slice(-MAX_REQUESTS).map(describeRequest),
      messages: webhook.messages.slice(-MAX_MESSAGES),
      repeats: webhook.repeats.length,
      problems: webhook.problems.length,
    },
  }
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
  const until = behaviour.kind === 'rate_limited' ? behaviour.until : null
  if (until !== null && until <= Date.now()) return { kind: 'normal', until: null }
  return { kind: behaviour.kind, until }
}

function describeRequest({ number, at, status, answer }: ReceivedRequest) {
  return { number, at, status, answer: answer.slice(0, 200) }
}
