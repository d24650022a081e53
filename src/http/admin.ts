/** The admin API of one portal and of destinations: thin routes over the portal's object. */
import { Hono, type Context } from 'hono'
import * as v from 'valibot'
import type { AddressPolicy } from '../core/safety/address.ts'
import { NOT_ENRICHED, type RelayEvent } from '../core/log/event.ts'
import type { Fetch } from '../core/fetch.ts'
import type { DeliveryOutcome } from '../core/lanes/outcome.ts'
import type { Result } from '../core/result.ts'
import { NO_MEMORY } from '../core/lanes/receiver-memory.ts'
import { openReceiver, type Destination } from '../destinations/settings/destination.ts'
import { isValueName } from '../destinations/settings/references.ts'
import { sendParcel } from '../destinations/send.ts'
import type { PortalClient, PortalLookup } from '../edge/portal-client.ts'
import type { ControlRefusal, ReplayWish } from '../portal/lanes/control.ts'
import type { SpillStore } from '../storage/spill-store.ts'
import { readBody } from './body.ts'
import { errorResponse, type ErrorCode } from './error-response.ts'

/** The largest body of an admin request, in bytes. */
const MAX_ADMIN_BODY_BYTES = 16 * 1024

const DEFAULT_EVENTS_PAGE = 50

/** What the admin routes need of the request's environment. */
export interface AdminDeps {
  readonly portals: PortalLookup
  readonly spills: SpillStore
  readonly destinations: readonly Destination[]
  readonly policy: AddressPolicy
  readonly fetch: Fetch
  readonly now: () => number
  readonly newId: () => string
}

const SequenceSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(1))
const ReplaySchema = v.union([
  v.strictObject({ from: SequenceSchema, to: SequenceSchema }),
  v.strictObject({ parked: v.literal(true) }),
])
const ParkSchema = v.strictObject({ sequence: SequenceSchema })
const ValueSchema = v.strictObject({ value: v.pipe(v.string(), v.minLength(1), v.maxLength(4096)) })
const CountSchema = v.pipe(
  v.string(),
  v.regex(/^[0-9]{1,15}$/u),
  v.transform(Number),
  v.minValue(1),
)

/** Makes the routes below `/admin/api`; authentication is the caller's. */
export function createAdminRoutes(depsOf: (c: Context) => AdminDeps): Hono {
  const routes = new Hono()
  routes.get('/portals/:memberId', (c) =>
    withPortal(c, depsOf(c), async (portal, memberId) => {
      const view = await portal.view()
      if (view === null) return errorResponse('not_found')
      return reply({ ...view, spilled: await countSpilled(depsOf(c).spills, memberId) })
    }),
  )
  routes.get('/portals/:memberId/events', (c) => withPortal(c, depsOf(c), (p) => listEvents(c, p)))
  routes.get('/portals/:memberId/events/:sequence', (c) =>
    withPortal(c, depsOf(c), async (portal) => {
      const sequence = v.safeParse(CountSchema, c.req.param('sequence'))
      if (!sequence.success) return errorResponse('not_found')
      return replyOrNotFound(await portal.event(sequence.output))
    }),
  )
  routes.get('/portals/:memberId/parked', (c) =>
    withPortal(c, depsOf(c), async (portal) => {
      const parked = await portal.parked()
      return replyOrNotFound(parked === null ? null : { parked })
    }),
  )
  routes.on(['PUT', 'DELETE'], '/portals/:memberId/values/:name', (c) =>
    withPortal(c, depsOf(c), (portal) => changeValue(c, portal)),
  )
  routes.post('/portals/:memberId/reconcile', (c) =>
    withPortal(c, depsOf(c), async (portal) => {
      const answer = await portal.reconcile()
      if (answer === 'started') return reply({ started: true }, 202)
      return errorResponse(answer === 'unknown' ? 'not_found' : 'no_access')
    }),
  )
  addLaneRoutes(routes, depsOf)
  routes.post('/destinations/:destination/test', (c) => testDestination(c, depsOf(c)))
  routes.all('*', () => errorResponse('not_found'))
  return routes
}

function addLaneRoutes(routes: Hono, depsOf: (c: Context) => AdminDeps): void {
  const path = '/portals/:memberId/lanes/:destination'
  for (const kind of ['pause', 'resume'] as const) {
    routes.post(`${path}/${kind}`, (c) =>
      withLane(c, depsOf(c), async (portal, destination) =>
        replyState(await portal.controlLane(destination, { kind })),
      ),
    )
  }
  routes.post(`${path}/park`, (c) =>
    withLane(c, depsOf(c), async (portal, destination) => {
      const body = await readJson(c.req.raw, ParkSchema)
      if (body === null) return errorResponse('invalid_request')
      const { sequence } = body
      return replyState(await portal.controlLane(destination, { kind: 'park', sequence }))
    }),
  )
  routes.post(`${path}/replay`, (c) =>
    withLane(c, depsOf(c), async (portal, destination) => {
      const dryRun = readDryRun(new URL(c.req.url).searchParams)
      const body = await readJson(c.req.raw, ReplaySchema)
      if (dryRun === null || body === null || ('from' in body && body.from > body.to)) {
        return errorResponse('invalid_request')
      }
      const wish: ReplayWish = 'from' in body ? { kind: 'range', ...body } : { kind: 'parked' }
      const replayed = await portal.replay(destination, wish, { dryRun })
      if (!replayed.ok) return errorResponse(codeOf(replayed.error))
      return reply({ replayed: replayed.value, ...(dryRun ? { dryRun } : {}) }, 202)
    }),
  )
}

/** Null for a query that says anything else: a dry run that is misspelt must not replay in earnest. */
function readDryRun(query: URLSearchParams): boolean | null {
  const pairs = [...query]
  const [pair] = pairs
  if (pair === undefined) return false
  const [name, value] = pair
  if (pairs.length > 1 || name !== 'dryRun') return null
  return value === 'true' ? true : value === 'false' ? false : null
}

async function withPortal(
  c: Context,
  deps: AdminDeps,
  work: (portal: PortalClient, memberId: string) => Promise<Response>,
): Promise<Response> {
  const memberId = (c.req.param('memberId') ?? '').toLowerCase()
  if (!/^[0-9a-f]{32}$/u.test(memberId)) return errorResponse('not_found')
  return work(deps.portals(memberId), memberId)
}

function withLane(
  c: Context,
  deps: AdminDeps,
  work: (portal: PortalClient, destination: string) => Promise<Response>,
): Promise<Response> {
  return withPortal(c, deps, (portal) => work(portal, c.req.param('destination') ?? ''))
}

async function listEvents(c: Context, portal: PortalClient): Promise<Response> {
  const before = v.safeParse(v.optional(CountSchema), c.req.query('before'))
  const limit = v.safeParse(v.optional(CountSchema), c.req.query('limit'))
  if (!before.success || !limit.success) return errorResponse('invalid_request')
  return replyOrNotFound(
    await portal.events(
      before.output ?? Number.MAX_SAFE_INTEGER,
      limit.output ?? DEFAULT_EVENTS_PAGE,
    ),
  )
}

async function changeValue(c: Context, portal: PortalClient): Promise<Response> {
  const name = c.req.param('name') ?? ''
  if (!isValueName(name)) return errorResponse('invalid_request')
  const body = c.req.method === 'PUT' ? await readJson(c.req.raw, ValueSchema) : { value: null }
  if (body === null) return errorResponse('invalid_request')
  switch (await portal.setValue(name, body.value)) {
    case 'done':
      return new Response(null, { status: 204 })
    case 'unknown':
      return errorResponse('not_found')
    case 'no_key':
      return errorResponse('misconfigured')
  }
}

/** At most the thousand of one page: an operator needs no larger number. */
async function countSpilled(spills: SpillStore, memberId: string): Promise<number> {
  for await (const records of spills.pages(memberId)) return records.length
  return 0
}

/** Sends a test message through the real renderer; no portal, no log, no sequence. */
async function testDestination(c: Context, deps: AdminDeps): Promise<Response> {
  const name = c.req.param('destination')
  const configured = deps.destinations.find((known) => known.name === name)
  if (configured === undefined) return errorResponse('not_found')
  const opened = openReceiver(configured, new Map(), deps.policy)
  if (!opened.ok) return reply(outcomeView(unusable(configured)))
  const now = deps.now()
  const delivery = {
    id: `test-${deps.newId()}`,
    memberId: 'relay-test',
    domain: null,
    sequence: null,
    previousSequence: null,
    origin: 'event' as const,
    receivedAt: now,
    event: TEST_EVENT,
    enrichment: NOT_ENRICHED,
    link: null,
    replayed: false,
  }
  const { fetch } = deps
  const { timeoutMs } = configured
  const parcel = { deliveries: [delivery] as const, dashboard: null }
  const options = { fetch, now: deps.now, timeoutMs, memory: NO_MEMORY }
  const { outcome } = await sendParcel(opened.value, parcel, options)
  return reply(outcomeView(outcome))
}

const TEST_EVENT: RelayEvent = {
  name: 'RELAYTEST',
  ts: null,
  handlerId: null,
  userId: null,
  data: null,
  field: null,
  quarantined: null,
}

/** A destination that asks for a value of the portal has none here. */
function unusable({ problems }: Destination): DeliveryOutcome {
  const reason = problems.length > 0 ? 'misconfigured' : 'no_value'
  return { kind: 'rejected', scope: 'endpoint', reason, status: null, probe: false, detail: null }
}

function outcomeView(outcome: DeliveryOutcome) {
  const reason = outcome.kind === 'delivered' ? null : outcome.reason
  const detail = outcome.kind === 'delivered' ? null : outcome.detail
  return { outcome: outcome.kind, reason, status: outcome.status, detail }
}

function replyState(changed: Result<string, ControlRefusal>): Response {
  return changed.ok ? reply({ state: changed.value }) : errorResponse(codeOf(changed.error))
}

function codeOf(refusal: ControlRefusal): ErrorCode {
  switch (refusal) {
    case 'unknown_lane':
      return 'not_found'
    case 'removed_lane':
      return 'removed_destination'
    case 'not_head':
      return 'not_head'
    case 'too_many_jobs':
      return 'too_many_jobs'
  }
}

/** Whatever the content type says: command line clients name a wrong one by default. */
async function readJson<S extends v.GenericSchema>(
  request: Request,
  schema: S,
): Promise<v.InferOutput<S> | null> {
  const body = await readBody(request, MAX_ADMIN_BODY_BYTES)
  if (!body.ok) return null
  try {
    const parsed = v.safeParse(schema, JSON.parse(body.value))
    return parsed.success ? parsed.output : null
  } catch {
    // Not JSON: the answer must not quote it.
    return null
  }
}

function replyOrNotFound(view: unknown): Response {
  return view === null ? errorResponse('not_found') : reply(view)
}

function reply(view: unknown, status = 200): Response {
  return Response.json(view, { status, headers: { 'cache-control': 'no-store' } })
}
