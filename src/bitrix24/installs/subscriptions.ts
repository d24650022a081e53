/**
 * Keeps the application subscribed to exactly the wanted events. `event.get` shows this application's own
 * handlers only, so every address with our path is ours, also under a former origin; two relays of one
 * application on one portal would therefore undo each other's work. Other paths are never touched.
 */
import { canonicalName } from '../../core/log/event-names.ts'
import type { Json } from '../../core/log/event.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { callBatch, MAX_BATCH_COMMANDS } from '../servers/batch.ts'
import type { BatchCommand } from '../servers/batch.ts'
import { isJsonObject } from '../wire/json.ts'
import type { JsonObject } from '../wire/json.ts'
import type { CallPortal } from '../servers/rest-client.ts'
import { hasCode, MALFORMED_ANSWER, type RestError } from '../servers/rest-error.ts'

/** What a portal shall be subscribed to. */
export interface WantedSubscriptions {
  /** The address that Bitrix24 shall call; its path is `/bitrix24/events`. */
  readonly handler: string
  /** Canonical names. */
  readonly events: readonly string[]
}

/** What the portal is subscribed to after an alignment; canonical names, each once. */
export interface Alignment {
  /** Wanted, and refused by the portal. */
  readonly missing: readonly string[]
  /** No longer wanted, or moved here from a former address. */
  readonly unbound: readonly string[]
  /** Wanted, and bound with a fixed user: each such event names that user, whoever caused it. */
  readonly fixedUser: readonly string[]
}

/**
 * Binds the wanted events that `handler` does not have, then unbinds those that are ours and not wanted.
 * A former address loses an event only once `handler` has it; lifecycle events are never taken from
 * `handler`. When `event.get` fails or answers no list, nothing is changed: bindings on top of unknown ones
 * would be delivered twice. Fails too when a request to bind fails as a whole; unbinding is left to the
 * next run then, as it is when a request to unbind fails.
 */
export async function alignSubscriptions(
  wanted: WantedSubscriptions,
  call: CallPortal,
): Promise<Result<Alignment, RestError>> {
  const current = addressOf(wanted.handler)
  if (current === null) throw new TypeError('Cannot bind events as the handler is no address')
  const listed = await listBindings(call)
  if (!listed.ok) return listed
  const bound = namesAt(listed.value, current)
  const wantedEvents = [...new Set(wanted.events)]
  const absent = wantedEvents.filter((event) => !bound.has(event))
  const missing: string[] = []
  for (const events of inBatches(absent)) {
    const answer = await bindEvents(events, wanted.handler, call)
    if (!answer.ok) return answer
    missing.push(...events.filter((event) => !answer.value.has(event)))
    for (const event of answer.value) bound.add(event)
  }
  // A binding by somebody who is no administrator is stored for that user, which only the portal can tell.
  const renewed = absent.length > missing.length ? await listBindings(call) : listed
  const bindings = renewed.ok ? renewed.value : listed.value
  const surplus = listed.value.filter((row) => isSurplus(row, { current, wanted, bound }))
  const unbound = await unbindRows(surplus, call)
  const fixed = namesAt(
    bindings.filter(({ authType }) => authType > 0),
    current,
  )
  return ok({ missing, unbound, fixedUser: wantedEvents.filter((event) => fixed.has(event)) })
}

const OUR_PATH = '/bitrix24/events'

interface Binding {
  readonly event: string
  /** As the portal writes it, which is what `event.unbind` compares. */
  readonly handler: string
  readonly address: string
  /** The fixed user; 0 when there is none. */
  readonly authType: number
}

interface Target {
  readonly current: string
  readonly wanted: WantedSubscriptions
  readonly bound: ReadonlySet<string>
}

/** Lists the online bindings that are ours; offline rows have no handler. */
async function listBindings(call: CallPortal): Promise<Result<readonly Binding[], RestError>> {
  const answer = await call('event.get')
  if (!answer.ok) return answer
  const { result } = answer.value
  if (!Array.isArray(result)) return err(MALFORMED_ANSWER)
  const rows: readonly Json[] = result
  return ok(rows.map((row) => readBinding(row)).filter((row) => row !== null))
}

function readBinding(row: Json): Binding | null {
  if (!isJsonObject(row)) return null
  const { event, handler, offline = 0, auth_type: authType } = row
  if (typeof event !== 'string' || typeof handler !== 'string') return null
  const name = canonicalName(event)
  const address = addressOf(handler)
  if (name === null || address === null || (offline !== 0 && offline !== '0')) return null
  if (new URL(address).pathname !== OUR_PATH) return null
  return { event: name, handler, address, authType: Number(authType) || 0 }
}

function addressOf(handler: string): string | null {
  return URL.canParse(handler) ? new URL(handler).href : null
}

function namesAt(bindings: readonly Binding[], address: string): Set<string> {
  return new Set(bindings.filter((row) => row.address === address).map(({ event }) => event))
}

function isSurplus({ event, address }: Binding, { current, wanted, bound }: Target): boolean {
  const isWanted = wanted.events.includes(event)
  const isLifecycle = event.startsWith('ONAPP') || event === 'ONOFFLINEEVENT'
  if (address === current) return !isWanted && !isLifecycle
  return isWanted || isLifecycle ? bound.has(event) : true
}

async function bindEvents(
  events: readonly string[],
  handler: string,
  call: CallPortal,
): Promise<Result<ReadonlySet<string>, RestError>> {
  const commands = events.map((event) => ({
    key: event,
    method: 'event.bind',
    params: { event, handler },
  }))
  const answers = await callBatch(commands, call)
  if (!answers.ok) return answers
  return ok(
    new Set(
      events.filter((event) => {
        const answer = answers.value.get(event)
        if (answer === undefined) return false
        return answer.ok ? answer.value['result'] === true : hasCode(answer.error, 'already_bound')
      }),
    ),
  )
}

async function unbindRows(rows: readonly Binding[], call: CallPortal): Promise<readonly string[]> {
  const unbound = new Set<string>()
  for (const part of inBatches(rows)) {
    const answers = await callBatch(part.map(unbindCommand), call)
    if (!answers.ok) break
    for (const [index, { event }] of part.entries()) {
      const answer = answers.value.get(`row${index}`)
      if (answer?.ok && !isNothing(answer.value)) unbound.add(event)
    }
  }
  return [...unbound]
}

function unbindCommand({ event, handler, authType }: Binding, index: number): BatchCommand {
  const params = { event, handler, ...(authType > 0 ? { auth_type: authType } : {}) }
  return { key: `row${index}`, method: 'event.unbind', params }
}

function isNothing({ result }: JsonObject): boolean {
  return isJsonObject(result) && Number(result['count']) === 0
}

function inBatches<T>(items: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(items.length / MAX_BATCH_COMMANDS)
  return Array.from({ length: count }, (_, index) =>
    items.slice(index * MAX_BATCH_COMMANDS, (index + 1) * MAX_BATCH_COMMANDS),
  )
}
