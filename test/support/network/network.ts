/**
 * The outside world of the runtime tests: every outgoing request is recorded and must be claimed by a
 * handler, or the test fails.
 */

/** One outgoing request as it left. */
export interface SentRequest {
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readonly body: string
}

/** Answers a request, or passes it on with null. */
export type NetworkHandler = (request: SentRequest) => Response | null | Promise<Response | null>

/** A network that knows only its handlers. */
export class Network {
  readonly sent: SentRequest[] = []
  readonly unclaimed: string[] = []
  readonly #handlers: NetworkHandler[] = []

  /** Adds a handler; the newest is asked first. */
  handle(handler: NetworkHandler): this {
    this.#handlers.unshift(handler)
    return this
  }

  /** The function to put in the place of `fetch`. */
  readonly fetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init)
    const sent: SentRequest = {
      url: request.url,
      method: request.method,
      headers: request.headers,
      body: await request.text(),
    }
    this.sent.push(sent)
    for (const handler of this.#handlers) {
      const answer = await handler(sent)
      if (answer !== null) return answer
    }
    this.unclaimed.push(`${sent.method} ${sent.url}`)
    throw new Error(`Cannot send to ${sent.url} as no handler claims it`)
  }

  /** The requests to a host, oldest first. */
  to(host: string): SentRequest[] {
    return this.sent.filter(({ url }) => new URL(url).host === host)
  }
}
