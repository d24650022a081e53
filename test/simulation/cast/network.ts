/** The internet between the relay and everything that it calls: latencies, and whatever gets lost on the way. */
import type { NetworkHandler, SentRequest } from '../../support/network/network.ts'
import type { Life } from '../machine/life.ts'
import type { VirtualTime } from '../machine/virtual-time.ts'

const WAY_MS = 20

/** The requests of a history, and whoever answers them. */
export class VirtualNetwork {
  readonly #time: VirtualTime
  readonly #handlers: NetworkHandler[] = []
  /** Every request, in the order of arrival. */
  readonly seen: (SentRequest & { readonly at: number })[] = []

  constructor(time: VirtualTime) {
    this.#time = time
  }

  /** Adds somebody who answers. */
  handle(handler: NetworkHandler): void {
    this.#handlers.push(handler)
  }

  /** The function `fetch` of an object in one of its lives. */
  fetchFor(life: Life): (url: string, init: RequestInit) => Promise<Response> {
    return (url, init) => life.leaves(() => this.#send(url, init))
  }

  /** Takes over `fetch` of the process, with which the edge calls; the answer gives it back. */
  install(): () => void {
    const { fetch } = globalThis
    globalThis.fetch = (input, init = {}) => this.#send(String(input), init)
    return () => {
      globalThis.fetch = fetch
    }
  }

  async #send(url: string, init: RequestInit): Promise<Response> {
    const { signal } = init
    const cut = new Promise<never>((_resolve, reject) => {
      const abort = () => reject(new DOMException('The operation was aborted', 'AbortError'))
      if (signal?.aborted === true) abort()
      signal?.addEventListener('abort', abort, { once: true })
    })
    cut.catch(() => undefined)
    return Promise.race([cut, this.#answer(url, init)])
  }

  async #answer(url: string, init: RequestInit): Promise<Response> {
    await this.#time.sleep(WAY_MS)
    const { method = 'GET', body } = init
    const headers = new Headers(init.headers)
    const request = { url, method, headers, body: typeof body === 'string' ? body : '' }
    this.seen.push({ ...request, at: this.#time.now() })
    for (const handler of this.#handlers) {
      const answer = await handler(request)
      if (answer === null) continue
      await this.#time.sleep(WAY_MS)
      return answer
    }
    throw new TypeError('Network connection lost.')
  }
}
