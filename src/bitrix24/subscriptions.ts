/**
 * Subscribes the application to events. Binding is idempotent: what `event.get` shows for our handler is
 * not bound again, and other applications' handlers are never touched.
 */
import * as v from 'valibot'
import { ok, type Result } from '../core/result.ts'
import { callRest, type RestDeps } from './rest-client.ts'
import type { RestError } from './rest-error.ts'

/** Where and as whom the events are bound. */
export interface BindRequest {
  /** The portal's verified REST address. */
  readonly endpoint: string
  readonly token: string
  /** The address that Bitrix24 shall call. */
  readonly handler: string
  /** Canonical names. */
  readonly events: readonly string[]
}

const BoundSchema = v.array(
  v.looseObject({
    event: v.string(),
    handler: v.string(),
    offline: v.optional(v.union([v.number(), v.string()]), 0),
  }),
)

/** Binds what is missing; answers the names that could not be bound. */
export async function bindMissing(
  request: BindRequest,
  deps: RestDeps,
): Promise<Result<readonly string[], RestError>> {
  const { endpoint, token, handler, events } = request
  const listed = await callRest({ endpoint, token, method: 'event.get' }, deps)
  if (!listed.ok) return listed
  const bound = v.safeParse(BoundSchema, listed.value['result'])
  const ours = new Set(
    (bound.success ? bound.output : [])
      .filter((binding) => binding.handler === handler && String(binding.offline) === '0')
      .map((binding) => binding.event.toUpperCase()),
  )
  const missing: string[] = []
  for (const event of events.filter((name) => !ours.has(name))) {
    const params = { event, handler }
    const answer = await callRest({ endpoint, token, method: 'event.bind', params }, deps)
    if (!answer.ok) missing.push(event)
  }
  return ok(missing)
}
