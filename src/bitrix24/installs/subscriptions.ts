/**
 * Keeps the application bound to exactly the wanted events. `event.get` lists all bindings of the application.
 * A binding with the path `/bitrix24/events` is the relay's own when this relay was reached at its host: now, or
 * formerly. At any other host it belongs to another relay of the same application, which would bind it
 * again: it is told to the operator and left alone, like every binding with another path
 * (docs/bitrix24.md#handlers).
 */
import { EVENTS_PATH } from '../events-path.ts'
import * as v from 'valibot'
import { canonicalName } from '../../core/events/event-names.ts'
import type { BindRefusal } from '../../core/events/missing-events.ts'
import { isOfApplication } from '../../core/events/topics.ts'
import type { Json } from '../../core/log/event.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { callCommands, MAX_COMMANDS } from '../servers/commands.ts'
import type { Command } from '../servers/commands.ts'
import { isJsonObject } from '../wire/json.ts'
import type { JsonObject } from '../wire/json.ts'
import { parseOrNull } from '../wire/wire-schemas.ts'
import type { CallPortal } from '../servers/rest-client.ts'
import {
  hasCode,
  MALFORMED_ANSWER,
  type RestError,
  type RestErrorKind,
} from '../servers/rest-error.ts'

/** The bindings that a portal shall have. */
export interface WantedSubscriptions {
  /** The address that Bitrix24 has to call; its path is `/bitrix24/events`. */
  readonly handler: string
  /** Canonical names. */
  readonly events: readonly string[]
  /** Whether a binding of the present address that is not listed stays: the portal has not said what it offers. */
  readonly keeps?: (event: string) => boolean
  /** The hosts at which this relay was reached before; the host of `handler` need not be among them. */
  readonly hosts: readonly string[]
}

/** The result of an alignment: lists of canonical names, each name once. */
export interface Alignment {
  /** The wanted events that the portal has not bound, with its answers. */
  readonly missing: readonly BindRefusal[]
  /** Wanted events that were not bound, and are now. */
  readonly bound: readonly string[]
  /** Events whose binding was removed: no longer wanted, or now bound to the present address. */
  readonly unbound: readonly string[]
  /**
   * Wanted events whose binding is tied to one user. Such an event names this user, and not the one who
   * caused it.
   */
  readonly fixedUser: readonly string[]
  /** The former hosts of this relay at which it found bindings, the present one not among them. */
  readonly formerHosts: readonly string[]
  /** The hosts of other relays that the same application is bound to. */
  readonly others: readonly string[]
}

/**
 * Binds the wanted events that `handler` does not have yet, then unbinds the surplus.
 *
 * - A former address loses an event only after `handler` has it, so no event falls between the two.
 * - Lifecycle events are never taken from `handler`.
 * - When `event.get` fails or answers no list, nothing is changed: a second binding beside one that was not
 *   seen would send each event twice.
 * - When a request to bind fails as a whole, the alignment fails before anything is unbound. A request to
 *   unbind that fails is left to the next alignment.
 *
 * @throws TypeError when `handler` is no address, which is a bug.
 */
export async function alignSubscriptions(
  wanted: WantedSubscriptions,
  call: CallPortal,
): Promise<Result<Alignment, RestError>> {
  const current = addressOf(wanted.handler)
  if (current === null) throw new TypeError('Cannot bind events as the handler is no address')
  const listed = await listBindings(call)
  if (!listed.ok) return listed
  const hosts = new Set([new URL(current).host, ...wanted.hosts])
  const [own, foreign] = partition(listed.value, hosts)
  const bound = namesAt(own, current)
  const wantedEvents = [...new Set(wanted.events)]
  const absent = wantedEvents.filter((event) => !bound.has(event))
  const missing: BindRefusal[] = []
  for (const events of inRequests(absent)) {
    const answer = await bindEvents(events, wanted.handler, call)
    if (!answer.ok) return answer
    missing.push(...answer.value.refused)
    for (const event of answer.value.bound) bound.add(event)
  }
  // The portal ties a binding to its user when that user is no administrator. The answer to `event.bind`
  // does not tell this, so the list is read once more.
  const renewed = absent.length > missing.length ? await listBindings(call) : listed
  const bindings = renewed.ok ? renewed.value : listed.value
  const surplus = own.filter((row) => isSurplus(row, { current, wanted, bound }))
  const unbound = await unbindRows(surplus, call)
  const fixed = namesAt(
    bindings.filter(({ authType }) => authType > 0),
    current,
  )
  return ok({
    missing,
    bound: absent.filter((event) => missing.every((refusal) => refusal.event !== event)),
    unbound,
    fixedUser: wantedEvents.filter((event) => fixed.has(event)),
    formerHosts: hostsOf(own).filter((host) => host !== new URL(current).host),
    others: hostsOf(foreign),
  })
}

interface Binding {
  readonly event: string
  /** The address exactly as the portal writes it, because `event.unbind` compares texts. */
  readonly handler: string
  readonly address: string
  /** The user to whom the binding is tied; 0 when it is tied to nobody. */
  readonly authType: number
}

interface Target {
  readonly current: string
  readonly wanted: WantedSubscriptions
  readonly bound: ReadonlySet<string>
}

/** Lists the bindings of all relays of the application. Offline bindings are left out: they have no address to call. */
async function listBindings(call: CallPortal): Promise<Result<readonly Binding[], RestError>> {
  const answer = await call('event.get')
  if (!answer.ok) return answer
  const { result } = answer.value
  if (!Array.isArray(result)) return err(MALFORMED_ANSWER)
  const rows: readonly Json[] = result
  return ok(rows.map((row) => readBinding(row)).filter((row) => row !== null))
}

/** A row of `event.get` for a binding that is not offline. */
const BindingSchema = v.object({
  event: v.string(),
  handler: v.string(),
  offline: v.optional(v.picklist([0, '0']), 0),
  auth_type: v.optional(v.unknown()),
})

function readBinding(row: Json): Binding | null {
  const read = parseOrNull(BindingSchema, row)
  if (read === null) return null
  const name = canonicalName(read.event)
  const address = addressOf(read.handler)
  if (name === null || address === null || new URL(address).pathname !== EVENTS_PATH) return null
  return { event: name, handler: read.handler, address, authType: Number(read.auth_type) || 0 }
}

function addressOf(handler: string): string | null {
  return URL.canParse(handler) ? new URL(handler).href : null
}

function hostOf({ address }: Binding): string {
  return new URL(address).host
}

/** The hosts of some bindings, each once. */
function hostsOf(bindings: readonly Binding[]): readonly string[] {
  return [...new Set(bindings.map(hostOf))].toSorted()
}

/** The relay's own bindings, and those of other relays. */
function partition(
  bindings: readonly Binding[],
  hosts: ReadonlySet<string>,
): readonly [own: readonly Binding[], foreign: readonly Binding[]] {
  const isOwn = (row: Binding): boolean => hosts.has(hostOf(row))
  return [bindings.filter(isOwn), bindings.filter((row) => !isOwn(row))]
}

function namesAt(bindings: readonly Binding[], address: string): Set<string> {
  return new Set(bindings.filter((row) => row.address === address).map(({ event }) => event))
}

function isSurplus({ event, address }: Binding, { current, wanted, bound }: Target): boolean {
  const isWanted = wanted.events.includes(event)
  const isLifecycle = isOfApplication(event) || event === 'ONOFFLINEEVENT'
  if (address === current) return !isWanted && !isLifecycle && wanted.keeps?.(event) !== true
  return isWanted || isLifecycle ? bound.has(event) : true
}

interface BoundPart {
  readonly bound: readonly string[]
  readonly refused: readonly BindRefusal[]
}

async function bindEvents(
  events: readonly string[],
  handler: string,
  call: CallPortal,
): Promise<Result<BoundPart, RestError>> {
  const commands = events.map((event, index) => ({
    // The number is the key of the command, since the name of an event can hold dots.
    key: `row${index}`,
    method: 'event.bind',
    params: { event, handler },
  }))
  const answers = await callCommands(commands, call)
  if (!answers.ok) return answers
  const refusals = events.map((event, index) => refusalIn(event, answers.value.get(`row${index}`)))
  return ok({
    bound: events.filter((_event, index) => refusals[index] === null),
    refused: refusals.filter((refusal) => refusal !== null),
  })
}

/** Null when the event is bound now. */
function refusalIn(
  event: string,
  answer: Result<JsonObject, RestError> | undefined,
): BindRefusal | null {
  if (answer === undefined) return { event, kind: 'unanswered', code: '' }
  if (answer.ok) return answer.value['result'] === true ? null : { event, kind: 'other', code: '' }
  if (hasCode(answer.error, 'already_bound')) return null
  const { kind, code } = answer.error
  return { event, kind: refusalKind(kind, code), code }
}

function refusalKind(kind: RestErrorKind, code: string): BindRefusal['kind'] {
  if (kind === 'no_rights' || kind === 'no_scope') return kind
  if (code.toUpperCase() === 'ERROR_EVENT_NOT_FOUND') return 'unknown_event'
  return kind === 'unreachable' || kind === 'rate_limited' ? 'unanswered' : 'other'
}

async function unbindRows(rows: readonly Binding[], call: CallPortal): Promise<readonly string[]> {
  const unbound = new Set<string>()
  for (const part of inRequests(rows)) {
    const answers = await callCommands(part.map(unbindCommand), call)
    if (!answers.ok) break
    for (const [index, { event }] of part.entries()) {
      const answer = answers.value.get(`row${index}`)
      if (answer?.ok && !isNothing(answer.value)) unbound.add(event)
    }
  }
  return [...unbound]
}

function unbindCommand({ event, handler, authType }: Binding, index: number): Command {
  const params = { event, handler, ...(authType > 0 ? { auth_type: authType } : {}) }
  return { key: `row${index}`, method: 'event.unbind', params }
}

function isNothing({ result }: JsonObject): boolean {
  return isJsonObject(result) && Number(result['count']) === 0
}

function inRequests<T>(items: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(items.length / MAX_COMMANDS)
  return Array.from({ length: count }, (_, index) =>
    items.slice(index * MAX_COMMANDS, (index + 1) * MAX_COMMANDS),
  )
}
