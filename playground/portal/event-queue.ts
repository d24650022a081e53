/**
 * Sends a portal's events. The events of one action go out one after the other, each exactly once to each
 * handler. A fault can change that: an event may be lost, sent twice, or kept back until later ones are sent.
 */
import { composeEvents, isWebhook } from './event-composer.ts'
import type { SendOptions, SendSwitches } from './event-composer.ts'
import { fieldEventName, fieldEventNames } from './field-families.ts'
import type { PortalState } from './portal-state.ts'
import type { PhpValue } from './php-query.ts'
import { createSendFaults } from './send-faults.ts'
import type { SendFaults } from './send-faults.ts'
import { sendEvent } from './sender.ts'
import type { RecordedSend, SendRequest } from './sender.ts'
import type { FieldChange } from './user-fields.ts'

/** One event that its handlers never got. */
export interface LostEvent {
  readonly event: string
  readonly data: PhpValue
  /** Unix milliseconds. */
  readonly at: number
}

/** The queue of one portal. */
export interface EventQueue {
  readonly sends: readonly RecordedSend[]
  readonly lost: readonly LostEvent[]
  readonly switches: SendSwitches
  readonly faults: SendFaults
  /** Replaces the application's handlers with the rows that an installation without an interface gets. */
  bindPresets(): void
  send(name: string, data: PhpValue, options?: SendOptions): Promise<readonly RecordedSend[]>
  sendChange(change: FieldChange, by?: number): Promise<readonly RecordedSend[]>
  /** Sends in the background, as a portal does after the hit that caused the events. */
  sendLater(send: () => Promise<unknown>): void
  sendRaw(body: string, options?: { contentType?: string }): Promise<RecordedSend>
  /** Sends whatever a fault still holds back, in the order of the actions. */
  flush(): Promise<readonly RecordedSend[]>
  /** Resolves when nothing sent in the background is under way and nothing is held back. */
  settled(): Promise<void>
}

/** The parts that a new queue needs. */
export interface EventQueueOptions {
  readonly handlerUrl: string
  readonly boundEvents?: readonly string[]
}

/** Handler ids as in the recorded bodies; other codes get the next free number. */
const HANDLER_IDS: Readonly<Record<string, number>> = {
  ONAPPINSTALL: 12,
  ONAPPUPDATE: 13,
  ONAPPUNINSTALL: 14,
  ONAPPUSERREADY: 17,
  ONCRMREQUISITEUSERFIELDADD: 657,
  ONCRMREQUISITEUSERFIELDUPDATE: 661,
  ONCRMREQUISITEUSERFIELDDELETE: 663,
  ONCRMREQUISITEUSERFIELDSETENUMVALUES: 665,
}

const LIFECYCLE_EVENTS = ['ONAPPINSTALL', 'ONAPPUPDATE', 'ONAPPUNINSTALL', 'ONAPPUSERREADY']

/** Creates the queue of one portal. */
export function createEventQueue(
  state: PortalState,
  { handlerUrl, boundEvents = fieldEventNames(['requisite']) }: EventQueueOptions,
): EventQueue {
  const lost: LostEvent[] = []
  const switches: SendSwitches = { robot: false, twice: false, wrongToken: false }
  const faults = createSendFaults()
  const outbox = createOutbox(state.clock)
  let background: Promise<unknown> = Promise.resolve()

  async function send(name: string, data: PhpValue, options: SendOptions = {}) {
    const luck = name.startsWith('ONAPP') ? null : faults.draw()
    if (luck?.lost === true) {
      lost.push({ event: name, data, at: state.clock() })
      return []
    }
    const by = luck?.noTokens === true ? 0 : options.by
    const composed = composeEvents(state, { name, data, switches, options: { ...options, by } })
    const requests = luck?.copies === 2 ? composed.flatMap((one) => [one, one]) : composed
    return outbox.post(requests, { overtakenBy: luck?.overtakenBy ?? 0 })
  }

  async function sendChange({ field, events }: FieldChange, by?: number) {
    const { ID, ENTITY_ID, FIELD_NAME } = field
    // The events about fields of every module tell the number alone.
    const data = field.family === 'module' ? { ID } : { ID, ENTITY_ID, FIELD_NAME }
    const done: RecordedSend[] = []
    for (const action of events) {
      const name = fieldEventName(field.family, action)
      done.push(...(await send(name, { FIELDS: data }, { by })))
    }
    return done
  }

  return {
    sends: outbox.sends,
    lost,
    switches,
    faults,
    bindPresets: () => bindPresets(state, [...LIFECYCLE_EVENTS, ...boundEvents], handlerUrl),
    send,
    sendChange,
    sendLater(start) {
      background = background.then(start)
    },
    sendRaw: (body, options) =>
      outbox.postOne({ event: '', handlerId: null, url: handlerUrl, body, ...options }),
    flush: () => outbox.flush(),
    async settled() {
      await background
      await outbox.flush()
    },
  }
}

/** Sends events and keeps those back that later ones have to overtake. */
interface Outbox {
  readonly sends: readonly RecordedSend[]
  postOne(request: SendRequest): Promise<RecordedSend>
  /**
   * Posts one event and the events that were held for it. Holds the event back when others shall go first.
   */
  post(
    requests: readonly SendRequest[],
    options: { overtakenBy: number },
  ): Promise<readonly RecordedSend[]>
  flush(): Promise<readonly RecordedSend[]>
}

interface HeldEvent {
  readonly requests: readonly SendRequest[]
  /** The number of later events that still go first. */
  readonly overtakenBy: number
}

function createOutbox(clock: () => number): Outbox {
  const sends: RecordedSend[] = []
  let held: HeldEvent[] = []

  async function postOne(request: SendRequest): Promise<RecordedSend> {
    const sent = await sendEvent(request, { clock })
    sends.push(sent)
    return sent
  }

  async function postAll(requests: readonly SendRequest[]): Promise<readonly RecordedSend[]> {
    const done: RecordedSend[] = []
    for (const request of requests) done.push(await postOne(request))
    return done
  }

  return {
    sends,
    postOne,
    async post(requests, { overtakenBy }) {
      const waiting = held.map((event) => ({ ...event, overtakenBy: event.overtakenBy - 1 }))
      const due = waiting.filter((event) => event.overtakenBy <= 0)
      held = waiting.filter((event) => event.overtakenBy > 0)
      if (overtakenBy > 0) held.push({ requests, overtakenBy })
      const now = overtakenBy > 0 ? [] : requests
      return postAll([...now, ...due.flatMap((event) => event.requests)])
    },
    flush() {
      const waiting = held
      held = []
      return postAll(waiting.flatMap(({ requests }) => requests))
    },
  }
}

/** Replaces the application's rows; outgoing webhooks stay. */
function bindPresets(state: PortalState, events: readonly string[], url: string): void {
  const presets = events.map((event) => ({
    id: HANDLER_IDS[event] ?? state.nextHandlerId++,
    event,
    url,
    authType: 0,
    webhookToken: null,
  }))
  state.handlers = [...state.handlers.filter(isWebhook), ...presets]
}
