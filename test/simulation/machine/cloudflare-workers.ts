/** What `cloudflare:workers` gives to the classes of the relay, for a process without workerd. */

/** The base class of Durable Objects. */
export class DurableObject<Env> {
  protected readonly ctx: unknown
  protected readonly env: Env

  constructor(ctx: unknown, env: Env) {
    this.ctx = ctx
    this.env = env
  }
}
