/**
 * One durable insert for each event, and then a request to each receiver: the least that a delivery costs. It has
 * no order, no retry and no signature, and forgets what was under way when it ends.
 */
import { DurableObject } from 'cloudflare:workers'

interface Settings {
  /** The addresses of the receivers, as a JSON list. */
  readonly RECEIVERS: string
}

/** One table of events. */
export class Store extends DurableObject<Settings> {
  readonly #receivers: readonly string[]

  constructor(ctx: DurableObjectState, env: Settings) {
    super(ctx, env)
    ctx.storage.sql.exec(
      'CREATE TABLE IF NOT EXISTS log (sequence INTEGER PRIMARY KEY, event TEXT)',
    )
    // Sound: whoever starts this Worker writes a list of texts.
    this.#receivers = JSON.parse(env.RECEIVERS) as readonly string[]
  }

  /** Stores an event, and sends it on. */
  insert(event: string): number {
    const rows = this.ctx.storage.sql
      .exec<{ sequence: number }>('INSERT INTO log (event) VALUES (?) RETURNING sequence', event)
      .toArray()
    this.ctx.waitUntil(Promise.all(this.#receivers.map((url) => this.#send(url, event))))
    return rows[0]?.sequence ?? 0
  }

  async #send(url: string, event: string): Promise<void> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const response = await fetch(url, { method: 'POST', headers, body: event })
    await response.text()
  }
}

export default {
  async fetch(request, env) {
    const event = await request.text()
    const store = env.STORE.getByName(new URL(request.url).pathname)
    return Response.json({ accepted: true, sequence: await store.insert(event) })
  },
} satisfies ExportedHandler<Settings & { readonly STORE: DurableObjectNamespace<Store> }>
