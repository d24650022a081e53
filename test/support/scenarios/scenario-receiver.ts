/** A receiver of a scenario: the answers that it gives, and the requests that it got. */
import type { Network, NetworkHandler, SentRequest } from '../network/network.ts'
import { gate, type Gate } from '../until.ts'

/** One send to a webhook, as the webhook sees it. */
export interface Received {
  readonly id: string | null
  readonly type: string
  readonly sequence: number
  readonly previousSequence: number | null
  readonly replayed: boolean
}

/** A webhook at `https://<name>.example.com/`, or the Slack channel of that name. */
export class ScenarioReceiver {
  readonly #network: Network
  readonly #name: string

  constructor(network: Network, name: string) {
    this.#network = network
    this.#name = name
  }

  /**
   * Answers from now on with a status, or in a test's own way; null of a function leaves the request to the
   * answer before.
   */
  answers(answer: number | NetworkHandler, headers: Readonly<Record<string, string>> = {}): void {
    const handler: NetworkHandler =
      typeof answer === 'number' ? () => new Response('', { status: answer, headers }) : answer
    this.#network.handle((request) => (this.#isMine(request) ? handler(request) : null))
  }

  /** Never answers the requests that a test chooses, by default every one. */
  hangs(chosen: (request: SentRequest) => boolean = () => true): void {
    this.answers((request) => (chosen(request) ? new Promise<never>(() => {}) : null))
  }

  /** Holds every answer back until the gate opens; then it answers as before. */
  holds(held: Gate = gate()): Gate {
    this.answers(async () => {
      await held.opened
      return null
    })
    return held
  }

  /** Answers the first send of a sequence with the status that the table names, as a webhook. */
  failsOnce(statuses: Readonly<Record<number, number>>): void {
    const failed = new Set<number>()
    this.answers(({ headers }) => {
      const sequence = Number(headers.get('webhook-id')?.split('-').at(-1))
      const status = failed.has(sequence) ? undefined : statuses[sequence]
      failed.add(sequence)
      return status === undefined ? null : new Response('no', { status })
    })
  }

  /** Every request, oldest first. */
  requests(): SentRequest[] {
    return this.#network.sent.filter((request) => this.#isMine(request))
  }

  /** The number of requests. */
  get count(): number {
    return this.requests().length
  }

  /** What a webhook was sent, in order; of a batch each event. */
  received(): Received[] {
    return this.requests()
      .filter(({ url }) => !isSlack(url))
      .flatMap(readReceived)
  }

  /** The ids that a webhook was sent, in order. */
  ids(): (string | null)[] {
    return this.received().map(({ id }) => id)
  }

  /** Each sequence that a webhook was sent with the one that it names as the one before, in order. */
  links(): [sequence: number, previous: number | null][] {
    return this.received().map(({ sequence, previousSequence }) => [sequence, previousSequence])
  }

  /** The ids and sequences that a webhook was sent, in order. */
  delivered(): { id: string | null; sequence: number }[] {
    return this.received().map(({ id, sequence }) => ({ id, sequence }))
  }

  /** The sequences that a webhook was sent, request by request. */
  batches(): number[][] {
    return this.requests().map((request) => readReceived(request).map(({ sequence }) => sequence))
  }

  /** The sequences that a webhook was sent, in order. */
  sequences(): number[] {
    return this.received().map(({ sequence }) => sequence)
  }

  #isMine({ url }: SentRequest): boolean {
    if (isSlack(url)) return url.endsWith(`/B0/${this.#name}`)
    return new URL(url).host === `${this.#name}.example.com`
  }
}

function isSlack(url: string): boolean {
  return url.startsWith('https://hooks.slack.com/')
}

interface SentEvent {
  readonly id?: string
  readonly type: string
  readonly data: Omit<Received, 'id' | 'type'> & { readonly events?: readonly SentEvent[] }
}

function readReceived({ headers, body }: SentRequest): Received[] {
  // Sound: the relay's own body.
  const sent = JSON.parse(body) as SentEvent
  return (sent.data.events ?? [sent]).map(({ id = headers.get('webhook-id'), type, data }) => ({
    id,
    type,
    sequence: data.sequence,
    previousSequence: data.previousSequence,
    replayed: data.replayed ?? false,
  }))
}
