/** The internet between the relay and everything that it calls: latencies, and whatever gets lost on the way. */
import type { Life } from '../machine/object-host.ts'
import type { VirtualTime } from '../machine/virtual-time.ts'
import type { NetworkHandler, SentRequest } from '../../support/network.ts'

/** The requests of a history, and whoever answers them. */
export class VirtualNetwork {
  readonly #time: VirtualTime
  readonly #handlers: NetworkHandler[] = []
  /** The bodies of requests to receivers: they must hold no token. */
  readonly seen: SentRequest[] = []

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
    await this.#time.sleep(20)
    const request: SentRequest = {
      url,
      method: init.method ?? 'GET',
      headers: new Headers(init.headers),
      body: typeof init.body === 'string' ? init.body : '',
    }
    this.seen.push(request)
    for (const handler of this.#handlers) {
      const answer = await handler(request)
      if (answer === null) continue
      await this.#time.sleep(20)
      return answer
    }
    throw new TypeError('Network connection lost.')
  }
}
