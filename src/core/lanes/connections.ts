/**
 * The outgoing connections of one portal. Cloudflare lets an invocation wait for six answers at a time;
 * a seventh queues behind them. Lanes whose last attempt failed share few, so that dead receivers cannot
 * take every connection from living ones.
 */

/** Sends of one portal that may be under way at a time. */
export const MAX_CONNECTIONS = 5

/** Of these, sends of lanes whose last attempt failed. */
export const MAX_FAILING_CONNECTIONS = 2

interface Waiting {
  readonly failing: boolean
  readonly start: (release: () => void) => void
}

/** Hands out connections in the order of asking, within both bounds. */
export class Connections {
  #open = 0
  #failing = 0
  #waiting: Waiting[] = []

  /** Resolves with the function that gives the connection back; calling it twice does nothing. */
  acquire(failing: boolean): Promise<() => void> {
    return new Promise((resolve) => {
      this.#waiting.push({ failing, start: resolve })
      this.#serve()
    })
  }

  #serve(): void {
    for (;;) {
      const index = this.#waiting.findIndex(({ failing }) => this.#hasRoom(failing))
      const next = this.#waiting[index]
      if (next === undefined) return
      this.#waiting.splice(index, 1)
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
    let held = true
    return () => {
      if (!held) return
      held = false
      this.#count(failing, -1)
      this.#serve()
    }
  }
}
