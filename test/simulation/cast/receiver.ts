/** A receiver of messages: what it answers, and what it was sent. */
import type { SentRequest } from '../../support/network.ts'
import type { VirtualTime } from '../machine/virtual-time.ts'

/** How a receiver behaves. `cuts` takes the message, and its answer is lost. */
export type ReceiverMode =
  | 'works'
  | 'fails'
  | 'limits'
  | 'hangs'
  | 'slow'
  | 'cuts'
  | 'refuses'
  | 'gone'

/** Every way in which a receiver can behave. */
export const RECEIVER_MODES: readonly ReceiverMode[] = [
  'works',
  'fails',
  'limits',
  'hangs',
  'slow',
  'cuts',
  'refuses',
  'gone',
]

/** One message, as the receiver saw it. */
export interface Seen {
  /** True time, in unix milliseconds. */
  readonly at: number
  readonly id: string | null
  readonly body: string
  /** The events in it; empty for a receiver of whose messages only the text is known. */
  readonly sequence: number | null
  readonly previousSequence: number | null
  readonly isReplayed: boolean
  /** Whether the receiver took it, whatever became of its answer. */
  readonly isTaken: boolean
  /** Whether the relay was told that it was taken. */
  readonly isTold: boolean
  /** The body for machines; null for chats. */
  readonly data: unknown
}

const SLOW_MS = 5000
const RETRY_AFTER_S = 20

/** One receiver at an address of its own. */
export class VirtualReceiver {
  readonly name: string
  readonly url: string
  readonly type: 'webhook' | 'slack'
  mode: ReceiverMode = 'works'
  readonly seen: Seen[] = []
  readonly #time: VirtualTime

  constructor(time: VirtualTime, name: string, type: 'webhook' | 'slack') {
    this.#time = time
    this.name = name
    this.type = type
    this.url =
      type === 'slack'
        ? `https://hooks.slack.com/services/T0/B0/${name}`
        : `https://${name}.example.com/`
  }

  /** The messages that it has taken. */
  get taken(): readonly Seen[] {
    return this.seen.filter(({ isTaken }) => isTaken)
  }

  /** Answers a request that is addressed to it; null for any other one. */
  readonly answer = async (request: SentRequest): Promise<Response | null> => {
    if (request.url !== this.url) return null
    const { mode } = this
    switch (mode) {
      case 'works':
        return this.#take(request, { isTold: true })
      case 'slow':
        await this.#time.sleep(SLOW_MS)
        return this.#take(request, { isTold: true })
      case 'cuts':
        this.#take(request, { isTold: false })
        throw new TypeError('Network connection lost.')
      case 'hangs':
        this.#note(request, { isTaken: false, isTold: false })
        return new Promise(() => {})
      case 'fails':
        return this.#refuse(request, 503)
      case 'limits':
        return this.#refuse(request, 429, { 'retry-after': String(RETRY_AFTER_S) })
      case 'refuses':
        return this.#refuse(request, 400)
      case 'gone':
        return this.#refuse(request, 410)
    }
  }

  #take(request: SentRequest, { isTold }: { readonly isTold: boolean }): Response {
    this.#note(request, { isTaken: true, isTold })
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

  #note({ headers, body }: SentRequest, known: Pick<Seen, 'isTaken' | 'isTold'>): void {
    // Sound: only the relay sends to this address, and a webhook's body is the contract's.
    const parsed = (this.type === 'webhook' ? JSON.parse(body) : {}) as {
      readonly data?: {
        readonly sequence?: number | null
        readonly previousSequence?: number | null
        readonly replayed?: boolean
      }
    }
    this.seen.push({
      at: this.#time.now(),
      id: headers.get('webhook-id'),
      body,
      sequence: parsed.data?.sequence ?? null,
      previousSequence: parsed.data?.previousSequence ?? null,
      isReplayed: parsed.data?.replayed === true,
      data: parsed.data ?? null,
      ...known,
    })
  }
}
