/** The admin API of one destination: a test message to it, and a preview of a message. */
import type { Context, Hono } from 'hono'
import * as v from 'valibot'
import type { DeliveryOutcome } from '../../../core/lanes/state/outcome.ts'
import { NO_MEMORY } from '../../../core/lanes/state/receiver-memory.ts'
import type { AddressPolicy } from '../../../core/safety/address.ts'
import { unusableEndpoint } from '../../../destinations/answers/outcomes.ts'
import { previewParcel, sampleParcel } from '../../../destinations/preview.ts'
import { openReceiver, type Destination } from '../../../destinations/settings/destination.ts'
import { NO_PORTAL, sendTestMessageTo } from '../../../destinations/test-message.ts'
import type { OutcomeView } from '../../../core/views/destination-views.ts'
import type { World } from '../../../portal/world.ts'
import { withTimeout } from '../../../storage/with-timeout.ts'
import { errorResponse } from '../../error-response.ts'
import {
  ADMIN_MS,
  findMemberId,
  readJson,
  reply,
  SequenceSchema,
  type PortalFinder,
} from './json-route.ts'

/** A portal may be named, whose values the settings ask for. */
export const TestWishSchema = v.strictObject({ memberId: v.optional(v.string()) })

/** Without a portal the message is one about an invented event. */
export const PreviewWishSchema = v.union([
  v.strictObject({ memberId: v.string(), sequence: SequenceSchema }),
  v.strictObject({ memberId: v.optional(v.string()) }),
])

/** The body may be left out. */
const OPTIONAL = { empty: '{}' } as const

/** The dependencies of a message to a destination. */
export interface SendingDeps {
  readonly destinations: readonly Destination[]
  readonly policy: AddressPolicy
  readonly world: Pick<World, 'fetch' | 'now' | 'newReceipt'>
}

/** The dependencies of the routes. */
export interface MessageRoutesDeps extends PortalFinder {
  readonly sending: SendingDeps
}

/** Adds the routes; `depsOf` gives the dependencies with the bindings of the request. */
export function addMessageRoutes(routes: Hono, depsOf: (c: Context) => MessageRoutesDeps): void {
  routes.post('/destinations/:destination/test', (c) => withTimeout(test(c, depsOf(c)), ADMIN_MS))
  routes.post('/destinations/:destination/preview', (c) =>
    withTimeout(preview(c, depsOf(c)), ADMIN_MS),
  )
}

/** Sends a test message through the destination's own layout. */
async function test(c: Context, deps: MessageRoutesDeps): Promise<Response> {
  const destination = findDestination(c, deps)
  if (destination === null) return errorResponse('not_found')
  const body = await readJson(c.req.raw, TestWishSchema, OPTIONAL)
  if (body === null) return errorResponse('invalid_request')
  if (body.memberId === undefined)
    return replyOutcome(await sendTestMessage(destination, deps.sending))
  const found = await findMemberId(body.memberId, deps.directory)
  if (!found.ok) return errorResponse(found.error)
  const outcome = await deps.clientOf(found.value).sendTestMessage(destination.name)
  return outcome === null ? errorResponse('not_found') : replyOutcome(outcome)
}

/** Sends a test message that belongs to no portal. */
export async function sendTestMessage(
  destination: Destination,
  sending: SendingDeps,
): Promise<DeliveryOutcome> {
  const { world, policy } = sending
  const receiver = openReceiver(destination, new Map(), policy)
  // A destination with a wrong setting, or one that needs a portal value, which is missing here.
  if (!receiver.ok) {
    return unusableEndpoint(destination.problems.length > 0 ? 'misconfigured' : 'no_value')
  }
  const { timeoutMs } = destination
  return sendTestMessageTo(receiver.value, NO_PORTAL, { ...world, timeoutMs })
}

/** Shows the message of an event, or of an invented one, as the destination would get it. Nothing is sent. */
async function preview(c: Context, deps: MessageRoutesDeps): Promise<Response> {
  const destination = findDestination(c, deps)
  if (destination === null) return errorResponse('not_found')
  const body = await readJson(c.req.raw, PreviewWishSchema, OPTIONAL)
  if (body === null) return errorResponse('invalid_request')
  const { name, typeName } = destination
  if (body.memberId === undefined) {
    const receiver = openReceiver(destination, new Map(), deps.sending.policy)
    if (!receiver.ok) return errorResponse('unusable_destination')
    const terms = { now: deps.sending.world.now(), memory: NO_MEMORY }
    const shown = await previewParcel(receiver.value, sampleParcel(null, terms.now), terms)
    return reply({ type: typeName, ...shown })
  }
  const found = await findMemberId(body.memberId, deps.directory)
  if (!found.ok) return errorResponse(found.error)
  const sequence = 'sequence' in body ? body.sequence : null
  const shown = await deps.clientOf(found.value).preview(name, sequence)
  if (shown.ok) return reply({ type: typeName, ...shown.value })
  return errorResponse(shown.error === 'unknown' ? 'not_found' : 'unusable_destination')
}

function findDestination(c: Context, { sending }: MessageRoutesDeps): Destination | null {
  const name = c.req.param('destination')
  return sending.destinations.find((known) => known.name === name) ?? null
}

function replyOutcome(outcome: DeliveryOutcome): Response {
  return reply(outcomeView(outcome))
}

/** The outcome of a test message as the operator sees it. */
export function outcomeView(outcome: DeliveryOutcome): OutcomeView {
  const { kind, status } = outcome
  const { reason, detail } = outcome.kind === 'delivered' ? { reason: null, detail: null } : outcome
  return { outcome: kind, reason, status, detail }
}
