/** A receiver of messages: what it answers, and what it was sent. */
import type { SentRequest } from '../../support/network/network.ts'
import type { VirtualTime } from '../machine/virtual-time.ts'

/** The receivers of every history: three for machines, two for people. `late` is configured later than the others. */
export const RECEIVERS = ['erp', 'audit', 'crm', 'team', 'late'] as const

/** One receiver of every history. */
export type ReceiverName = (typeof RECEIVERS)[number]

/**
 * Every way in which a receiver can behave. `cuts` takes the message, and its answer is lost; `cuts_body` and
 * `endless` lose the answer behind its status; `lies` answers 200 with the page of an error; `chokes` refuses what
 * holds an event whose sequence `CHOKES_ON` divides.
 */
export const RECEIVER_MODES = [
  'works',
  'fails',
  'limits',
  'hangs',
  'slow',
  'cuts',
  'cuts_body',
  'endless',
  'lies',
  'refuses',
  'chokes',
  'gone',
] as const

/** How a receiver behaves. */
export type ReceiverMode = (typeof RECEIVER_MODES)[number]

/** One message, as the receiver saw it. */
export interface Seen {
  /** True time, in unix milliseconds. */
  readonly at: number
  /** The number of its request; the events of a batch have the same one. */
  readonly request: number
  /** The `webhook-id` of the request. */
  readonly requestId: string | null
  /** The id of the event, which is that of its request unless it came in a batch. */
  readonly id: string | null
  readonly body: string
  readonly memberId: string | null
  /** The event in it; null in a chat, of whose messages only the text is known. */
  readonly sequence: number | null
  readonly previousSequence: number | null
  readonly isReplayed: boolean
  /** Whether the receiver took it, whatever became of its answer. */
  readonly isTaken: boolean
  /** Whether the relay was told that it was taken. */
  readonly isTold: boolean
  /** The content for machines; null for chats. */
  readonly data: unknown
}

/** How a receiver has behaved, and since when. */
interface Behaviour {
  readonly mode: ReceiverMode
  readonly since: number
}

/** The events that a choking receiver does not take. */
const CHOKES_ON = 5

/** So long a slow receiver takes for its answer, in milliseconds. */
export const SLOW_MS = 5000
const RETRY_AFTER_S = 20

interface ParsedBody {
  readonly id?: string
  readonly data?: {
    readonly portal?: { readonly memberId?: string }
    readonly sequence?: number | null
    readonly previousSequence?: number | null
    readonly replayed?: boolean
    readonly events?: readonly ParsedBody[]
  }
}

/** One receiver at an address of its own. */
export class VirtualReceiver {
  readonly name: string
  readonly url: string
  readonly type: 'webhook' | 'slack'
  readonly seen: Seen[] = []
  /** How it has behaved since the history began. */
  readonly behaviours: Behaviour[]
  readonly #time: VirtualTime
  #mode: ReceiverMode = 'works'
  #requests = 0

  constructor(time: VirtualTime, name: string, type: 'webhook' | 'slack') {
    this.#time = time
    this.name = name
    this.type = type
    this.behaviours = [{ mode: 'works', since: time.now() }]
    this.url =
      type === 'slack'
        ? `https://hooks.slack.com/services/T0/B0/${name}`
        : `https://${name}.acme.test/`
  }

  /** The messages that it has taken. */
  get taken(): readonly Seen[] {
    return this.seen.filter(({ isTaken }) => isTaken)
  }

  /** From now on it behaves in this way. */
  becomes(mode: ReceiverMode): void {
    this.#mode = mode
    this.behaviours.push({ mode, since: this.#time.now() })
  }

  /** Whether it ever behaved in one of these ways. */
  wasEver(...modes: readonly ReceiverMode[]): boolean {
    return this.behaviours.some(({ mode }) => modes.includes(mode))
  }

  /** Answers a request that is addressed to it; null for any other one. */
  readonly answer = async (request: SentRequest): Promise<Response | null> => {
    if (request.url !== this.url) return null
    const isMachine = request.headers.has('webhook-id')
    switch (this.#mode) {
      case 'works':
        return this.#take(request)
      case 'slow':
        await this.#time.sleep(SLOW_MS)
        return this.#take(request)
      case 'cuts':
        this.#note(request, { isTaken: true, isTold: false })
        throw new TypeError('Network connection lost.')
      case 'cuts_body':
        this.#note(request, { isTaken: true, isTold: isMachine })
        return new Response(brokenBody(), { status: 200 })
      case 'endless':
        this.#note(request, { isTaken: true, isTold: isMachine })
        return new Response(endlessBody(), { status: 200 })
      case 'lies':
        this.#note(request, { isTaken: isMachine, isTold: true })
        return new Response('<html>Service Unavailable</html>', { status: 200 })
      case 'hangs':
        this.#note(request, { isTaken: false, isTold: false })
        return new Promise(() => {})
      case 'fails':
        return this.#refuse(request, 503)
      case 'limits':
        return this.#refuse(request, 429, { 'retry-after': String(RETRY_AFTER_S) })
      case 'refuses':
        return this.#refuse(request, 400)
      case 'chokes': {
        const isBad = eventsIn(request).some(({ data }) => (data?.sequence ?? 1) % CHOKES_ON === 0)
        return isBad ? this.#refuse(request, 422) : this.#take(request)
      }
      case 'gone':
        return this.#refuse(request, 410)
    }
  }

  #take(request: SentRequest): Response {
    this.#note(request, { isTaken: true, isTold: true })
    return new Response(this.type === 'slack' ? 'ok' : '', { status: 200 })
  }

  #refuse(
    request: SentRequest,
    status: number,
    headers: Readonly<Record<string, string>> = {},
  ): Response {
    this.#note(request, { isTaken: false, isTold: true })
    return new Response('refused', { status, headers })
  }

  #note(request: SentRequest, known: Pick<Seen, 'isTaken' | 'isTold'>): void {
    const { headers, body } = request
    const requestId = headers.get('webhook-id')
    this.#requests += 1
    for (const { id = requestId, data } of eventsIn(request)) {
      this.seen.push({
        at: this.#time.now(),
        request: this.#requests,
        requestId,
        id,
        body,
        memberId: data?.portal?.memberId ?? null,
        sequence: data?.sequence ?? null,
        previousSequence: data?.previousSequence ?? null,
        isReplayed: data === undefined ? body.includes('Sent again') : data.replayed === true,
        data: data ?? null,
        ...known,
      })
    }
  }
}

/** The events of a request: one, or those of a batch; one of which nothing is known in a chat. */
function eventsIn({ headers, body }: SentRequest): readonly ParsedBody[] {
  if (!headers.has('webhook-id')) return [{}]
  // Sound: only the relay sends to this address, and a webhook's body is the contract's.
  const parsed = JSON.parse(body) as ParsedBody
  return parsed.data?.events ?? [parsed]
}

function brokenBody(): ReadableStream {
  return new ReadableStream({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode('o'))
      controller.error(new TypeError('Network connection lost.'))
    },
  })
}

function endlessBody(): ReadableStream {
  return new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode('o')),
  })
}
