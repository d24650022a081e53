/**
 * The common part of all simulated receivers: a server that misbehaves on request, a record of every request,
 * and a way to wait for messages without sleeping.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { pause, readBody, startLocalServer } from '../local-server.ts'

/**
 * The behaviour of a receiver until `recover()`.
 * - `down`: cuts every connection before it has read anything.
 * - `reset`: reads the request, starts an answer and cuts the connection in the middle of it.
 * - `slow`: waits, then behaves normally.
 * - `answer`: gives this answer to everything.
 * - `rate_limited`: 429, as the kind words it, until the time, in unix milliseconds; then normal again.
 * - `flood`: 200 with 10 MB of text, until the caller hangs up.
 */
export type Behaviour =
  | { readonly kind: 'normal' }
  | { readonly kind: 'down' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'slow'; readonly ms: number }
  | ({ readonly kind: 'answer' } & ReceiverAnswer)
  | { readonly kind: 'rate_limited'; readonly until: number }
  | { readonly kind: 'flood' }

/** The answer of a receiver. */
export interface ReceiverAnswer {
  readonly status: number
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

/** One request, answered or not. */
export interface ReceivedRequest {
  /** Counts from 1 over everything that came. */
  readonly number: number
  /** Unix milliseconds. */
  readonly at: number
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Empty when the receiver was down. */
  readonly body: string
  /** Null when no whole answer was given. */
  readonly status: number | null
  readonly answer: string
}

/** The switches of a receiver. */
export interface ReceiverSwitches {
  readonly behaviour: Behaviour
  rateLimitFor(seconds: number): void
  down(): void
  reset(): void
  slow(ms: number): void
  answer(answer: ReceiverAnswer): void
  flood(): void
  recover(): void
}

/** A running receiver that keeps messages of type `M`. */
export interface Receiver<M> extends ReceiverSwitches {
  readonly origin: string
  /** Everything that came, in order. */
  readonly requests: readonly ReceivedRequest[]
  /** The accepted messages, in order. */
  readonly messages: readonly M[]
  /** Resolves with the messages as soon as there are `count`; rejects after `timeoutMs`. */
  waitFor(count: number, timeoutMs: number): Promise<readonly M[]>
  close(): Promise<void>
}

/** The parts that every accepted message has. */
export type ReceivedMessage = Pick<ReceivedRequest, 'number' | 'at' | 'headers'>

/** The settings that every simulated receiver has. */
export interface ReceiverOptions<M> {
  readonly onMessage?: (message: M) => void
  readonly onRequest?: (request: ReceivedRequest) => void
  /** Unix milliseconds. @default Date.now */
  readonly clock?: () => number
}

/** A request that was read whole and waits for its verdict. */
export type PendingRequest = Omit<ReceivedRequest, 'status' | 'answer'>

/** The decision of one kind of receiver about a request; `message` is set when it accepts. */
export interface Verdict<M> {
  readonly answer: ReceiverAnswer
  readonly message: M | null
  /** What else an accepted request told: the other events of a batch. @default [] */
  readonly further?: readonly M[]
}

/** The parts in which one kind of receiver differs from the others. */
export interface ReceiverKind<M> {
  /** Called only while the receiver behaves normally. */
  readonly judge: (request: PendingRequest) => Verdict<M>
  /** The answer to a sender that should have waited so long, as this kind words it. */
  readonly rateLimitAnswer: (waitMs: number) => ReceiverAnswer
  /** Called for each accepted message, before it is answered. */
  readonly onMessage?: ((message: M) => void) | undefined
  /** Called after each request, whatever became of it. */
  readonly onRequest?: ((request: ReceivedRequest) => void) | undefined
  /** Unix milliseconds. */
  readonly clock: () => number
}

/** Starts a receiver. */
export async function startReceiver<M>(kind: ReceiverKind<M>): Promise<Receiver<M>> {
  const state: ReceiverState<M> = {
    behaviour: { kind: 'normal' },
    count: 0,
    requests: [],
    inbox: createInbox<M>(),
  }
  const server = await startLocalServer((request, response) =>
    answerRequest({ kind, state }, request, response),
  )
  const set = (next: Behaviour): void => {
    state.behaviour = next
    if (next.kind === 'down') server.cutConnections()
  }
  return {
    origin: server.origin,
    requests: state.requests,
    messages: state.inbox.messages,
    waitFor: (count, timeoutMs) => state.inbox.waitFor(count, timeoutMs),
    get behaviour() {
      return currentBehaviour(state.behaviour, kind.clock())
    },
    rateLimitFor: (seconds) => set({ kind: 'rate_limited', until: kind.clock() + seconds * 1000 }),
    down: () => set({ kind: 'down' }),
    reset: () => set({ kind: 'reset' }),
    slow: (ms) => set({ kind: 'slow', ms }),
    answer: (fixed) => set({ kind: 'answer', ...fixed }),
    flood: () => set({ kind: 'flood' }),
    recover: () => set({ kind: 'normal' }),
    close: () => server.close(),
  }
}

interface ReceiverState<M> {
  behaviour: Behaviour
  count: number
  readonly requests: ReceivedRequest[]
  readonly inbox: Inbox<M>
}

async function answerRequest<M>(
  { kind, state }: { kind: ReceiverKind<M>; state: ReceiverState<M> },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const pending = describeRequest(request, { number: ++state.count, at: kind.clock() })
  const record = (body: string, given: ReceiverAnswer | null): void => {
    const { status = null, body: answer = '' } = given ?? {}
    const received = { ...pending, body, status, answer }
    state.requests.push(received)
    kind.onRequest?.(received)
  }
  if (state.behaviour.kind === 'down') {
    record('', null)
    request.socket.destroy()
    return
  }
  const body = await readBody(request)
  if (state.behaviour.kind === 'slow') await pause(state.behaviour.ms)
  if (state.behaviour.kind === 'reset') {
    record(body, null)
    response.writeHead(200, { 'content-length': '1000' })
    response.write('o', () => request.socket.destroy())
    return
  }
  // The caller gave up while this receiver was slow. It saw no answer, so nothing counts as accepted.
  if (response.destroyed) {
    record(body, null)
    return
  }
  if (state.behaviour.kind === 'flood') {
    record(body, FLOOD_ANSWER)
    await streamFlood(response)
    return
  }
  const behaviour = currentBehaviour(state.behaviour, kind.clock())
  const { message, further = [], answer } = decide(kind, behaviour, { ...pending, body })
  for (const told of message === null ? [] : [message, ...further]) {
    state.inbox.add(told)
    kind.onMessage?.(told)
  }
  record(body, answer)
  response.writeHead(answer.status, answer.headers ?? {})
  response.end(answer.body)
}

const FLOOD_CHUNK = 'x'.repeat(65_536)
const FLOOD_CHUNKS = 160
/** The entry of a flood in the record. Its real text would only fill the memory. */
const FLOOD_ANSWER: ReceiverAnswer = { status: 200, body: '10 MB of text' }

/** Sends 10 MB as fast as the caller reads, so that a caller who stops early is not sent the rest. */
async function streamFlood(response: ServerResponse): Promise<void> {
  response.writeHead(FLOOD_ANSWER.status, { 'content-type': 'text/plain' })
  try {
    await pipeline(Readable.from(Array.from({ length: FLOOD_CHUNKS }, () => FLOOD_CHUNK)), response)
  } catch {
    // The caller hung up, which is the purpose of a flood.
  }
}

function decide<M>(
  kind: ReceiverKind<M>,
  behaviour: Behaviour,
  request: PendingRequest,
): Verdict<M> {
  if (behaviour.kind === 'answer') return refuse(behaviour)
  if (behaviour.kind !== 'rate_limited') return kind.judge(request)
  return refuse(kind.rateLimitAnswer(behaviour.until - kind.clock()))
}

function currentBehaviour(behaviour: Behaviour, now: number): Behaviour {
  const isOver = behaviour.kind === 'rate_limited' && behaviour.until <= now
  return isOver ? { kind: 'normal' } : behaviour
}

/** The verdict of a receiver that keeps nothing. */
export function refuse(answer: ReceiverAnswer): Verdict<never> {
  return { answer, message: null }
}

/** An answer whose body is the JSON of a value. */
export function jsonAnswer(
  status: number,
  value: unknown,
  contentType = 'application/json',
): ReceiverAnswer {
  return { status, body: JSON.stringify(value), headers: { 'content-type': contentType } }
}

/** A 429 with Retry-After, in whole seconds; `bodyOf` words its body. */
export function limitAnswer(waitMs: number, bodyOf: (seconds: number) => string): ReceiverAnswer {
  const seconds = Math.ceil(waitMs / 1000)
  return {
    status: 429,
    body: bodyOf(seconds),
    headers: { 'content-type': 'application/json', 'retry-after': String(seconds) },
  }
}

function describeRequest(
  request: IncomingMessage,
  { number, at }: { number: number; at: number },
): Omit<PendingRequest, 'body'> {
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)])
  return {
    number,
    at,
    method: request.method ?? '',
    path: request.url ?? '/',
    headers: Object.fromEntries(headers),
  }
}

interface Inbox<M> {
  readonly messages: readonly M[]
  add(message: M): void
  waitFor(count: number, timeoutMs: number): Promise<readonly M[]>
}

function createInbox<M>(): Inbox<M> {
  const messages: M[] = []
  const waiting = new Set<{ count: number; resolve: () => void }>()
  return {
    messages,
    add(message) {
      messages.push(message)
      for (const waiter of waiting) {
        if (messages.length >= waiter.count) waiter.resolve()
      }
    },
    waitFor(count, timeoutMs) {
      if (messages.length >= count) return Promise.resolve(messages)
      return new Promise((resolve, reject) => {
        const waiter = {
          count,
          resolve: () => {
            waiting.delete(waiter)
            clearTimeout(timer)
            resolve(messages)
          },
        }
        const timer = setTimeout(() => {
          waiting.delete(waiter)
          reject(new Error(`Received ${messages.length} of ${count} messages in ${timeoutMs} ms`))
        }, timeoutMs)
        waiting.add(waiter)
      })
    },
  }
}
