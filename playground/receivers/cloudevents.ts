/**
 * A simulated receiver of CloudEvents 1.0 over HTTP: it checks every event strictly, asks for the
 * handshake of the webhook spec when it is told to, and watches the order of each source.
 */
import { readCloudEvents } from './cloud-event.ts'
import type { CloudEvent, ContentMode } from './cloud-event.ts'
import { readNumber, readProperty } from './json.ts'
import { createOrderWatch, isOrderProblem } from './order-watch.ts'
import type { Order } from './order-watch.ts'
import { createWindows } from './pace.ts'
import { jsonAnswer, limitAnswer, refuse, startReceiver } from './receiver.ts'
import type {
  PendingRequest,
  ReceivedMessage,
  Receiver,
  ReceiverAnswer,
  ReceiverOptions,
  Verdict,
} from './receiver.ts'
import { answerHandshake } from './webhook-handshake.ts'
import type { AllowedRate, HandshakeAnswer } from './webhook-handshake.ts'

/** One accepted event. */
export interface CloudEventsMessage extends CloudEvent, ReceivedMessage {
  /** The body as it came. */
  readonly body: string
  readonly sequence: number | null
  readonly previousSequence: number | null
  readonly replayed: boolean
  /** Its place in the order of its source. */
  readonly order: Order
}

/** The settings of a simulated receiver of CloudEvents. */
export interface CloudEventsOptions extends ReceiverOptions<CloudEventsMessage> {
  /** The token of `Authorization: Bearer …`; nothing is asked for without it. */
  readonly bearer?: string
  /**
   * `required` answers 403 to a sender that was not granted first; `none` answers 405 to the handshake.
   * @default none
   */
  readonly handshake?: 'required' | 'none'
  /** The rate that the handshake tells; requests above it get 429. @default * */
  readonly allowedRate?: AllowedRate
  /** The accepted modes; every other one is answered with 415. @default all */
  readonly modes?: readonly ContentMode[]
}

/** A running receiver of CloudEvents. */
export interface CloudEventsSimulator extends Receiver<CloudEventsMessage> {
  /** The URL of the hook, for `url` of a destination. */
  readonly url: string
  /** The senders that a handshake granted, in order. */
  readonly granted: readonly string[]
  /** Accepted events whose place in the order is wrong. */
  readonly problems: readonly CloudEventsMessage[]
  /** Accepted events whose source and id had been accepted before. */
  readonly repeats: readonly CloudEventsMessage[]
  /** Grants nobody from now on and forgets who was granted; until `recover()`. */
  refuseHandshake(how: Exclude<HandshakeAnswer, 'grant'>): void
  /** Takes only these modes until `recover()`: the others are 415. */
  acceptOnly(modes: readonly ContentMode[]): void
  /** 410 to everything until `recover()`. */
  gone(): void
}

const HOOK_PATH = '/cloudevents'

/** Starts a receiver of CloudEvents. */
export async function createCloudEventsSimulator({
  bearer,
  handshake = 'none',
  allowedRate = '*',
  modes = ['structured', 'binary', 'batched'],
  onMessage,
  onRequest,
  clock = Date.now,
}: CloudEventsOptions = {}): Promise<CloudEventsSimulator> {
  const usual: HandshakeAnswer = handshake === 'required' ? 'grant' : 'not_supported'
  const rules: Rules = { bearer, handshake, rate: allowedRate, how: usual, modes, granted: [] }
  const waitForRate =
    allowedRate === '*' ? () => 0 : createWindows([{ requests: allowedRate, ms: 60_000 }], clock)
  const placeInOrder = createOrderWatch()
  const receiver = await startReceiver<CloudEventsMessage>({
    rateLimitAnswer: rateLimited,
    onMessage,
    onRequest,
    clock,
    judge: (request) => judgeRequest(request, { rules, waitForRate, placeInOrder }),
  })
  return {
    ...receiver,
    get behaviour() {
      return receiver.behaviour
    },
    url: `${receiver.origin}${HOOK_PATH}`,
    granted: rules.granted,
    get problems() {
      return receiver.messages.filter(({ order }) => isOrderProblem(order))
    },
    get repeats() {
      return receiver.messages.filter(({ order }) => order === 'repeat')
    },
    refuseHandshake(how) {
      rules.how = how
      rules.granted.length = 0
    },
    acceptOnly: (next) => void (rules.modes = next),
    gone: () => receiver.answer({ status: 410, body: '' }),
    recover() {
      rules.how = usual
      rules.modes = modes
      receiver.recover()
    },
  }
}

interface Rules {
  readonly bearer: string | undefined
  readonly handshake: 'required' | 'none'
  readonly rate: AllowedRate
  how: HandshakeAnswer
  modes: readonly ContentMode[]
  readonly granted: string[]
}

interface Desk {
  readonly rules: Rules
  readonly waitForRate: () => number
  readonly placeInOrder: ReturnType<typeof createOrderWatch>
}

function judgeRequest(
  request: PendingRequest,
  { rules, waitForRate, placeInOrder }: Desk,
): Verdict<CloudEventsMessage> {
  if (request.path !== HOOK_PATH) return refuseWith(404, 'not_found')
  if (request.method === 'OPTIONS') return judgeHandshake(request, rules)
  if (request.method !== 'POST') return refuseWith(405, 'method_not_allowed')
  // Only the header: the spec also knows ?access_token=, and says that it should not be used.
  if (rules.bearer !== undefined && request.headers['authorization'] !== `Bearer ${rules.bearer}`) {
    return refuseWith(401, 'unauthorized')
  }
  const sender = request.headers['webhook-request-origin'] ?? ''
  if (rules.handshake === 'required' && !rules.granted.includes(sender)) {
    return refuseWith(403, 'sender_not_granted')
  }
  const waitMs = waitForRate()
  if (waitMs > 0) return refuse(rateLimited(waitMs))
  const reading = readCloudEvents(request, rules.modes)
  if (!reading.ok) return refuseWith(reading.status, reading.reason)
  const { number, at, headers, body } = request
  const [message = null, ...further] = reading.events.map((event) => {
    const numbers = readNumbers(event)
    const id = `${event.source} ${event.id}`
    const order = placeInOrder({ ...numbers, stream: event.source, id })
    return { ...event, number, at, headers, body, ...numbers, order }
  })
  // A list without events is valid, and tells nothing.
  return { answer: { status: 204, body: '' }, message, further }
}

function judgeHandshake(request: PendingRequest, rules: Rules): Verdict<CloudEventsMessage> {
  const { answer, origin } = answerHandshake(request, rules)
  if (origin !== null && !rules.granted.includes(origin)) rules.granted.push(origin)
  return refuse(answer)
}

/** The numbers of the data, or else those of extension attributes, whose names have no capitals. */
function readNumbers({
  data,
  attributes,
}: CloudEvent): Pick<CloudEventsMessage, 'sequence' | 'previousSequence' | 'replayed'> {
  return {
    sequence: readNumber(data, 'sequence') ?? readExtension(attributes['sequence']),
    previousSequence:
      readNumber(data, 'previousSequence') ?? readExtension(attributes['previoussequence']),
    replayed: readProperty(data, 'replayed') === true || String(attributes['replayed']) === 'true',
  }
}

/** A number that an extension carries as text, as every attribute in a header is one. */
function readExtension(value: string | number | boolean | undefined): number | null {
  return /^\d+$/.test(String(value)) ? Number(value) : null
}

function rateLimited(waitMs: number): ReceiverAnswer {
  return limitAnswer(waitMs, () => JSON.stringify({ error: 'rate_limited' }))
}

function refuseWith(status: number, error: string): Verdict<CloudEventsMessage> {
  const answer = jsonAnswer(status, { error })
  const headers = {
    ...answer.headers,
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...(status === 405 ? { allow: 'OPTIONS, POST' } : {}),
  }
  return refuse({ ...answer, headers })
}
