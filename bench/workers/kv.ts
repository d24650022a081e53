/**
 * A stand-in for KV, which workerd itself does not bring: it speaks the HTTP protocol of the runtime's KV binding,
 * and keeps the values in one object on the same disk. It knows no delay and no expiry. The relay asks it once for
 * a caller that its configuration does not name, so it stands beside the path that is measured.
 */
import { DurableObject } from 'cloudflare:workers'

/** The values of one namespace. */
export class Store extends DurableObject<unknown> {
  constructor(ctx: DurableObjectState, env: unknown) {
    super(ctx, env)
    ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS kv (name TEXT PRIMARY KEY, value TEXT)')
  }

  /** A value; null when there is none. */
  read(name: string): string | null {
    const rows = this.ctx.storage.sql
      .exec<{ value: string }>('SELECT value FROM kv WHERE name = ?', name)
      .toArray()
    return rows[0]?.value ?? null
  }

  /** Stores a value. */
  write(name: string, value: string): void {
    this.ctx.storage.sql.exec('INSERT OR REPLACE INTO kv (name, value) VALUES (?, ?)', name, value)
  }

  /** Removes a value. */
  remove(name: string): void {
    this.ctx.storage.sql.exec('DELETE FROM kv WHERE name = ?', name)
  }

  /** The names that begin so. */
  list(prefix: string): readonly string[] {
    return this.ctx.storage.sql
      .exec<{ name: string }>(
        'SELECT name FROM kv WHERE substr(name, 1, ?) = ? ORDER BY name',
        prefix.length,
        prefix,
      )
      .toArray()
      .map(({ name }) => name)
  }
}

export default {
  async fetch(request, env) {
    const store = env.STORE.getByName('kv')
    const { pathname, searchParams } = new URL(request.url)
    const name = decodeURIComponent(pathname.slice(1))
    if (name === '') {
      const names = await store.list(searchParams.get('prefix') ?? '')
      return Response.json({ keys: names.map((key) => ({ name: key })), list_complete: true })
    }
    switch (request.method) {
      case 'PUT':
        await store.write(name, await request.text())
        return new Response(null, { status: 204 })
      case 'DELETE':
        await store.remove(name)
        return new Response(null, { status: 204 })
      default: {
        const value = await store.read(name)
        return new Response(value, { status: value === null ? 404 : 200 })
      }
    }
  },
} satisfies ExportedHandler<{ readonly STORE: DurableObjectNamespace<Store> }>
