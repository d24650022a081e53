/** The composition root: builds dependencies from the environment, mounts routes, renders errors. */
import { Hono, type Context } from 'hono'
import { loadConfig, type Config, type Env } from './config/config.ts'
import { untraced, type InSpan } from './core/in-span.ts'
import { describeError } from './core/safety/redact.ts'
import { expandWanted, KNOWN_OFFER, readWanted } from './core/events/wanted-events.ts'
import type { CronDeps } from './edge/cron.ts'
import { AccessVerifier } from './http/admin/admission/access-token.ts'
import type { PageAuth } from './http/admin/pages/admission.ts'
import type { PageDeps } from './http/admin/pages/page-route.ts'
import { createPageRoutes } from './http/admin/pages/routes.ts'
import { requireAdmin } from './http/admin/admission/auth.ts'
import { createAdminRoutes, type AdminDeps } from './http/admin/routes.ts'
import { createBitrix24Routes } from './http/bitrix24.ts'
import { createRobotRoutes } from './http/robots.ts'
import { CallerMemory } from './edge/callers/caller-memory.ts'
import { noteRefusedCaller } from './edge/callers/note-refused-caller.ts'
import { errorResponse } from './http/error-response.ts'
import { healthResponse } from './http/health.ts'
import { createMetricsRoute, type MetricsDeps } from './http/metrics.ts'
import { InstallBudget } from './edge/installs/install-budget.ts'
import type { InstallMemory, IntakeDeps } from './edge/intake-deps.ts'
import { logLine } from './log.ts'
import { MAX_GROUP } from './portal/log/commit-groups.ts'
import type { PortalLookup } from './edge/portal-client.ts'
import { HintCount } from './edge/spill/hint-count.ts'
import { ListingMemory, MISSING_TIMES, PENDING_TIMES } from './edge/listing-memory.ts'
import { RefusalSampler } from './edge/callers/refusal-sampler.ts'
import { SharedAppends } from './edge/shared-appends.ts'
import type { DirectoryRemote } from './objects/directory.ts'
import type { MissingListing, PendingListing } from './objects/directory-store.ts'
import { createDirectoryClient } from './objects/directory-client.ts'
import { createPacerClient, type PacerClient, type PacerRemote } from './objects/pacer-client.ts'
import type { PortalSettings } from './portal/settings.ts'
import type { World } from './portal/world.ts'
import { sleep } from './sleep.ts'
import { InstallStore } from './storage/install-store.ts'
import { SpillStore } from './storage/spill-store.ts'
import { withTimeout } from './storage/with-timeout.ts'

/** The time that the rate limit may take, in milliseconds; an event may wait for it. */
const LIMIT_MS = 500

/** The time for which an object waits for its own answer, in milliseconds. */
const CALL_ITSELF_MS = 2000

/** The outside world of the real Worker. The platform gives time, chance and network. */
const WORLD: World = {
  fetch: (...request) => fetch(...request),
  now: () => Date.now(),
  random: () => Math.random(),
  sleep,
  logLine,
  newReceipt: () => crypto.randomUUID(),
}

/** The Worker's routes. Each isolate has one instance, which holds the memory of the edge. */
export function createApp(inSpan: InSpan = untraced): Hono<{ Bindings: Env }> {
  const app = new Hono<{ Bindings: Env }>()
  const memory = new CallerMemory()
  const appends = new SharedAppends()
  const hints = new HintCount()
  const missing = new ListingMemory<MissingListing>(MISSING_TIMES)
  const sampler = new RefusalSampler()
  const pending = new ListingMemory<PendingListing>(PENDING_TIMES)
  const installMemory = { budget: new InstallBudget(), pending }
  const edge = { memory, installMemory, appends, hints, sampler, world: { ...WORLD, inSpan } }
  const intakeOf = (c: Context): IntakeDeps => createIntake(c.env, edge)
  app.route('/', createBitrix24Routes(intakeOf))
  app.route('/', createRobotRoutes(intakeOf))
  const access = new AccessVerifier(WORLD)
  const admin = requireAdmin((c) => createAdminAuth(c.env, access))
  app.get('/healthz', (c, next) => (isDeep(c) ? admin(c, next) : next()))
  app.get('/healthz', (c) => health(c, { pending, missing }))
  app.route(
    '/',
    createMetricsRoute(admin, (c) => createMetrics(c.env)),
  )
  app.use('/admin/api/*', admin)
  app.route(
    '/admin/api',
    createAdminRoutes((c) => createAdmin(c.env)),
  )
  app.route(
    '/',
    createPageRoutes((c) => createPages(c.env, access)),
  )
  app.notFound(() => errorResponse('not_found'))
  app.onError((error) => {
    logLine('error', 'request_failed', { error: describeError(error) })
    return errorResponse('internal_error')
  })
  return app
}

const announced = new WeakSet<Config>()

/**
 * The configuration. The first request of an isolate that uses it tells the operator's log what is wrong with
 * it.
 */
function configOf(env: Env): Config {
  const config = loadConfig(env)
  if (announced.has(config)) return config
  announced.add(config)
  for (const { setting, problem } of config.problems)
    logLine('warn', 'misconfigured', { setting, problem })
  for (const warning of config.warnings) logLine('warn', 'unsafe', { warning })
  for (const doubt of config.doubts) logLine('info', 'doubtful_setting', { doubt })
  return config
}

/** Whether anything is configured that could prove a portal; a pending install needs only a key. */
function canVerify(config: Config): boolean {
  return config.applications.size > 0 || config.webhooks.length > 0 || config.canSeal
}

function portalLookup(env: Env): PortalLookup {
  // Sound: the binding's class is `Portal`, whose methods these are, each as a promise.
  return (memberId) => env.PORTALS.getByName(memberId) as unknown as ReturnType<PortalLookup>
}

function directoryOf(env: Env): DirectoryRemote {
  return createDirectoryClient({
    // Sound: the binding's class is `Directory`.
    directory: (name) => env.DIRECTORY.getByName(name) as unknown as DirectoryRemote,
    withTimeout: (work, ms) => withTimeout(work, ms, 'the directory'),
  })
}

function createPacer(env: Env, { sealer }: Config): PacerClient {
  return createPacerClient({
    namePacer: (url) => sealer.namePacer(url),
    // Sound: the binding's class is `Pacer`.
    pacers: (name) => env.PACERS.getByName(name) as unknown as PacerRemote,
    withTimeout,
  })
}

/** Counts a request; rejects when the limiter fails or takes too long. */
async function isWithin(limit: RateLimit | undefined, key: string): Promise<boolean> {
  if (limit === undefined) return true
  const { success } = await withTimeout(limit.limit({ key }), LIMIT_MS, 'the rate limit')
  return success
}

/** Everything that one isolate remembers at its edge. */
interface EdgeMemory {
  readonly memory: CallerMemory
  readonly installMemory: InstallMemory
  readonly appends: SharedAppends
  readonly hints: HintCount
  readonly sampler: RefusalSampler
  readonly world: World
}

function createIntake(env: Env, edge: EdgeMemory): IntakeDeps {
  const { memory, installMemory, appends, hints, sampler } = edge
  const config = configOf(env)
  return {
    clientOf: portalLookup(env),
    appends,
    callers: {
      memory,
      installStore: new InstallStore(env.INSTALLS),
      webhooks: config.webhooks,
      limits: {
        isUntrustedWithinLimit: (key) => isWithin(env.UNTRUSTED_LIMIT, key),
        isAddressWithinLimit: (address) => isWithin(env.ADDRESS_LIMIT, address),
      },
      noteRefusedCaller: (refused) =>
        noteRefusedCaller({ memory, sampler, directory: directoryOf(env), logLine }, refused),
    },
    installMemory,
    spill: {
      store: new SpillStore(env.INSTALLS),
      sealer: config.sealer,
      isHintWithinLimit: (memberId) => hints.take(memberId, WORLD.now()),
    },
    config: {
      canVerify: canVerify(config),
      publicUrl: config.publicUrl,
      allowHttp: config.policy.allowLocal,
      policy: config.policy,
      oauthUrls: config.oauthUrls,
    },
    world: edge.world,
  }
}

function createAdminAuth(env: Env, access: AccessVerifier): PageAuth {
  const { adminToken, adminAccess } = configOf(env)
  return {
    adminToken,
    isLetThrough: adminAccess && ((token) => access.verify(token, adminAccess)),
    isWrongTokenWithinLimit: (address) => isWithin(env.ADMIN_LIMIT, address),
    logLine,
    now: WORLD.now,
  }
}

function createAdmin(env: Env): AdminDeps {
  const { sealer, destinations, policy } = configOf(env)
  const clientOf = portalLookup(env)
  const spill = { store: new SpillStore(env.INSTALLS), sealer }
  return {
    clientOf,
    directory: directoryOf(env),
    drain: { clientOf, spill, logLine, now: WORLD.now },
    sending: { destinations: destinations ?? [], policy, world: WORLD },
    now: WORLD.now,
  }
}

function createMetrics(env: Env): MetricsDeps {
  const { destinations, version } = configOf(env)
  return {
    directory: directoryOf(env),
    destinations: (destinations ?? []).map(({ name }) => name),
    version,
    now: WORLD.now,
  }
}

function createPages(env: Env, access: AccessVerifier): PageDeps {
  const config = configOf(env)
  const { problems } = config
  const warnings = warningsOf(config)
  return { admin: createAdmin(env), auth: createAdminAuth(env, access), problems, warnings }
}

/**
 * What is allowed in the configuration, and dangerous or probably not meant so: `/healthz` and the overview tell the
 * same.
 */
function warningsOf({ warnings, doubts }: Config): readonly string[] {
  return [...warnings, ...doubts]
}

/** Whether the operator's answer of `/healthz` is asked for. */
function isDeep(c: Context): boolean {
  return c.req.query('deep') === '1'
}

function health(
  c: Context<{ Bindings: Env }>,
  lists: {
    readonly pending: ListingMemory<PendingListing>
    readonly missing: ListingMemory<MissingListing>
  },
): Promise<Response> {
  const { env } = c
  const config = configOf(env)
  return healthResponse({
    version: config.version,
    problems: config.problems,
    warnings: warningsOf(config),
    canVerify: canVerify(config),
    deep: isDeep(c)
      ? {
          isStrict: c.req.query('strict') === '1',
          listTroubled: () => directoryOf(env).listReports({ problem: true, after: '' }),
          sumReports: () => directoryOf(env).sumReports(WORLD.now()),
        }
      : null,
    listPending: () => {
      const now = WORLD.now()
      return lists.pending.list(() => directoryOf(env).listPending(now), now)
    },
    listMissing: () => lists.missing.list(() => directoryOf(env).listMissing(), WORLD.now()),
  })
}

/** The dependencies of scheduled work, from the environment. */
export function createCron(env: Env): CronDeps {
  return {
    clientOf: portalLookup(env),
    installStore: new InstallStore(env.INSTALLS),
    directory: directoryOf(env),
    spill: { store: new SpillStore(env.INSTALLS), sealer: configOf(env).sealer },
    logLine,
    now: WORLD.now,
  }
}

/** The settings of a portal's object, from the environment. */
export function createPortalSettings(env: Env, inSpan: InSpan = untraced): PortalSettings {
  const config = configOf(env)
  const globs = (config.destinations ?? []).map(({ filter }) => filter.events)
  const wanted = readWanted(config.subscribedEvents, globs)
  return {
    config: {
      destinations: config.destinations,
      applications: config.applications,
      oauthUrls: config.oauthUrls,
      webhooks: config.webhooks,
      sealer: config.sealer,
      policy: config.policy,
      retentionDays: config.retentionDays,
      maxLogBytes: config.maxLogBytes,
      wantedEvents: expandWanted(wanted, KNOWN_OFFER),
      wanted,
      publicUrl: config.publicUrl,
      reconcileMinutes: config.reconcileMinutes,
      fieldLinks: config.fieldLinks,
      maxGroup: MAX_GROUP,
    },
    world: { ...WORLD, inSpan },
    installStore: new InstallStore(env.INSTALLS),
    directory: directoryOf(env),
    pacer: createPacer(env, config),
    callItself: (memberId) =>
      withTimeout(portalLookup(env)(memberId).goOn(), CALL_ITSELF_MS, 'the portal'),
  }
}
