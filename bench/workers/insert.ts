/** A Worker that makes one durable insert for each event, and nothing else. The path names the object. */
import { DurableObject } from 'cloudflare:workers'

/** One table of events. */
export class Store extends DurableObject<unknown> {
  constructor(ctx: DurableObjectState, env: unknown) {
    super(ctx, env)
    ctx.storage.sql.exec(
      'CREATE TABLE IF NOT EXISTS log (sequence INTEGER PRIMARY KEY, event TEXT)',
    )
  }

  /** Stores an event; the runtime holds the answer back until it is durable. */
  insert(event: string): number {
    const rows = this.ctx.storage.sql
      .exec<{ sequence: number }>('INSERT INTO log (event) VALUES (?) RETURNING sequence', event)
      .toArray()
    return rows[0]?.sequence ?? 0
  }
}

export default {
  async fetch(request, env) {
    const event = await request.text()
    const store = env.STORE.getByName(new URL(request.url).pathname)
    return Response.json({ accepted: true, sequence: await store.insert(event) })
  },
} satisfies ExportedHandler<{ readonly STORE: DurableObjectNamespace<Store> }>
