/** The same with one commit for all events that arrive while the last commit becomes durable. */
import { DurableObject } from 'cloudflare:workers'

interface Waiting {
  readonly event: string
  readonly resolve: (sequence: number) => void
}

/** One table of events. */
export class Store extends DurableObject<unknown> {
  #queue: Waiting[] = []
  #isRunning = false
  #last = 0

  constructor(ctx: DurableObjectState, env: unknown) {
    super(ctx, env)
    const { sql } = ctx.storage
    sql.exec('CREATE TABLE IF NOT EXISTS log (sequence INTEGER PRIMARY KEY, event TEXT)')
    const row = sql.exec<{ last: number | null }>('SELECT max(sequence) AS last FROM log').one()
    this.#last = row.last ?? 0
  }

  /** Stores an event, and answers when its group is durable. */
  insert(event: string): Promise<number> {
    return new Promise((resolve) => {
      this.#queue.push({ event, resolve })
      if (!this.#isRunning) this.ctx.waitUntil(this.#run())
    })
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    const { storage } = this.ctx
    while (this.#queue.length > 0) {
      const group = this.#queue.splice(0, 100)
      const first = this.#last + 1
      storage.transactionSync(() => {
        for (const { event } of group) {
          this.#last += 1
          storage.sql.exec('INSERT INTO log (sequence, event) VALUES (?, ?)', this.#last, event)
        }
      })
      await storage.sync()
      group.forEach(({ resolve }, index) => resolve(first + index))
    }
    this.#isRunning = false
  }
}

export default {
  async fetch(request, env) {
    const event = await request.text()
    const store = env.STORE.getByName(new URL(request.url).pathname)
    return Response.json({ accepted: true, sequence: await store.insert(event) })
  },
} satisfies ExportedHandler<{ readonly STORE: DurableObjectNamespace<Store> }>
