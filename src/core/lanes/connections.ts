/**
 * The outgoing connections of one portal. Cloudflare lets an object wait for six answers at a time, and a
 * seventh request queues behind them (docs/cloudflare.md). Dead receivers answer late: the lanes whose last
 * attempt failed share few connections, so that living receivers always have some.
 */

/** The most sends of one portal that may be under way at a time. */
export const MAX_CONNECTIONS = 5

/** The most of them that may belong to lanes whose last attempt failed. */
export const MAX_FAILING_CONNECTIONS = 2

/** A send that waits for its connection. */
interface QueuedSend {
  readonly failing: boolean
  readonly start: (release: () => void) => void
}

/** Gives connections out in the order of asking, within both bounds. */
export class Connections {
  #open = 0
  #failing = 0
  #queue: QueuedSend[] = []

  /** Resolves with the function that gives the connection back; a second call of it does nothing. */
  acquire({ failing }: { readonly failing: boolean }): Promise<() => void> {
    return new Promise((resolve) => {
      this.#queue.push({ failing, start: resolve })
      this.#serve()
    })
  }

  #serve(): void {
    for (;;) {
      const index = this.#queue.findIndex(({ failing }) => this.#hasRoom(failing))
      const next = this.#queue[index]
      if (next === undefined) return
      this.#queue.splice(index, 1)
      this.#count(next.failing, 1)
      next.start(this.#releaseOnce(next.failing))
    }
  }

  #hasRoom(failing: boolean): boolean {
    if (this.#open >= MAX_CONNECTIONS) return false
    return !failing || this.#failing < MAX_FAILING_CONNECTIONS
  }

  #count(failing: boolean, by: 1 | -1): void {
    this.#open += by
    if (failing) this.#failing += by
  }

  #releaseOnce(failing: boolean): () => void {
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      this.#count(failing, -1)
      this.#serve()
    }
  }
}
