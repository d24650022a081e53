/**
 * A client that sends events over some connections that stay open, as many at a time as there are connections. It
 * speaks HTTP over bare sockets: a client of more comfort would take the core that the receivers need.
 */
import { connect, type Socket } from 'node:net'
import { nowMs } from './now.ts'

/** One event on its way. */
export interface Sent {
  readonly id: number
  /** When the answer 200 had come, in milliseconds; null when none came. */
  acknowledgedAt: number | null
}

/** A server under load. */
export interface Target {
  readonly port: number
  /** The path and the body of one event. */
  readonly request: (id: number) => { readonly path: string; readonly body: string }
}

const ANSWER = /^HTTP\/1\.1 (\d+)/

/** Connections to one target. */
export class Client {
  readonly #target: Target
  readonly #connections: readonly Connection[]

  private constructor(target: Target, connections: readonly Connection[]) {
    this.#target = target
    this.#connections = connections
  }

  /** Opens so many connections. */
  static async open(target: Target, count: number): Promise<Client> {
    const opening = Array.from({ length: count }, () => Connection.open(target.port))
    return new Client(target, await Promise.all(opening))
  }

  /** Sends events as fast as they are answered. Answers which were acknowledged; it rejects for none. */
  async sendAll(ids: readonly number[]): Promise<readonly Sent[]> {
    const sent: Sent[] = ids.map((id) => ({ id, acknowledgedAt: null }))
    let next = 0
    await Promise.all(
      this.#connections.map(async (connection) => {
        for (;;) {
          const event = sent[next]
          next += 1
          if (event === undefined || !(await this.#send(connection, event))) return
        }
      }),
    )
    return sent
  }

  /** Sends events at a steady rate, whatever the answers are. */
  async sendSteadily(ids: readonly number[], perSecond: number): Promise<readonly Sent[]> {
    const sent: Sent[] = ids.map((id) => ({ id, acknowledgedAt: null }))
    const free = [...this.#connections]
    const begun = nowMs()
    const under: Promise<void>[] = []
    for (const [index, event] of sent.entries()) {
      const wait = begun + (index * 1000) / perSecond - nowMs()
      if (wait > 0) await new Promise((resolve) => void setTimeout(resolve, wait))
      const connection = free.pop()
      if (connection === undefined) continue
      under.push(this.#send(connection, event).then(() => void free.push(connection)))
    }
    await Promise.all(under)
    return sent
  }

  /** Closes the connections. */
  close(): void {
    for (const connection of this.#connections) connection.close()
  }

  async #send(connection: Connection, event: Sent): Promise<boolean> {
    const status = await connection.post(this.#target.request(event.id))
    if (status === 200) event.acknowledgedAt = nowMs()
    return status !== null
  }
}

/** One connection that takes one request at a time. */
class Connection {
  readonly #socket: Socket
  #received = ''
  #answered: ((status: number | null) => void) | null = null

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => this.#take(chunk))
    const end = () => this.#answer(null)
    socket.on('close', end)
    socket.on('error', end)
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1' })
      socket.once('connect', () => resolve(new Connection(socket)))
      socket.once('error', reject)
    })
  }

  /** The status of the answer; null when the connection has ended. */
  post({ path, body }: { readonly path: string; readonly body: string }): Promise<number | null> {
    if (this.#socket.destroyed) return Promise.resolve(null)
    const head = [
      `POST ${path} HTTP/1.1`,
      'host: 127.0.0.1',
      'content-type: application/x-www-form-urlencoded',
      `content-length: ${body.length}`,
    ]
    return new Promise((resolve) => {
      this.#answered = resolve
      this.#socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(chunk: string): void {
    this.#received += chunk
    if (!isComplete(this.#received)) return
    const status = Number(ANSWER.exec(this.#received)?.[1] ?? 0)
    this.#received = ''
    this.#answer(status)
  }

  #answer(status: number | null): void {
    const answered = this.#answered
    this.#answered = null
    answered?.(status)
  }
}

/** Whether a text holds a whole answer: by its length, or by the last chunk. */
export function isComplete(received: string): boolean {
  const end = received.indexOf('\r\n\r\n')
  if (end < 0) return false
  const head = received.slice(0, end).toLowerCase()
  const length = /\ncontent-length: *(\d+)/.exec(head)?.[1]
  if (length !== undefined) return received.length >= end + 4 + Number(length)
  return head.includes('transfer-encoding: chunked') ? received.endsWith('0\r\n\r\n') : true
}
