/**
 * The health check for monitors: whether the relay is configured, and what to do when it is not. It shows no
 * value.
 */
import type { HealthView } from '../core/views/health-view.ts'
import type { MissingListing, PendingListing } from '../objects/directory-store.ts'

/** Everything that the health check tells, and the directory that it asks. */
export interface HealthDeps {
  readonly version: string
  readonly problems: readonly { readonly setting: string; readonly problem: string }[]
  readonly warnings: readonly string[]
  /** False when nothing is configured by which a portal could be verified. */
  readonly canVerify: boolean
  /** The installs that wait until their application is configured. Never rejects. */
  readonly listPending: () => Promise<readonly PendingListing[]>
  /** The portals that are not bound to every event that is wanted. Never rejects. */
  readonly listMissing: () => Promise<readonly MissingListing[]>
  /** True for the operator, who learns whose installs wait. */
  readonly isDeep: boolean
}

/**
 * The answer of `GET /healthz`. A missing event never turns the check red, since everything else goes on. Nor does a
 * pending install: it may be a stranger's own portal, and a stranger must not be able to alarm the operator. Anybody
 * may call the route, and the names of customers are nobody's business, so only the operator is told whose they are.
 */
export async function healthResponse(deps: HealthDeps): Promise<Response> {
  const [listed, unbound] = await Promise.all([deps.listPending(), deps.listMissing()])
  const pending = deps.isDeep ? listed.map(pendingText) : pendingCountText(listed.length)
  const missing = deps.isDeep ? unbound.map(missingText) : missingCountText(unbound.length)
  const warnings = [...deps.warnings, ...missing]
  const problems = [...deps.problems]
  if (!deps.canVerify) {
    problems.push({
      setting: 'BITRIX24_CLIENT_ID',
      problem: 'Must be set, or OUTGOING_WEBHOOK_TOKENS: no portal can be verified yet',
    })
  }
  const isOk = problems.length === 0
  const body: HealthView = {
    status: isOk ? 'ok' : 'misconfigured',
    version: deps.version,
    ...(isOk ? {} : { problems }),
    ...(warnings.length === 0 ? {} : { warnings }),
    ...(pending.length === 0 ? {} : { pending }),
  }
  return Response.json(body, {
    status: isOk ? 200 : 500,
    headers: { 'cache-control': 'no-store' },
  })
}

function pendingCountText(count: number): readonly string[] {
  if (count === 0) return []
  const what = count === 1 ? '1 installation waits' : `${count} installations wait`
  return [
    `${what} for the settings of an application: GET /healthz?deep=1 with ADMIN_TOKEN names them`,
  ]
}

function pendingText({ domain, clientId }: PendingListing): string {
  return (
    `portal ${domain} installed application ${clientId}: ` +
    'set BITRIX24_CLIENT_ID and BITRIX24_CLIENT_SECRET'
  )
}

function missingCountText(count: number): readonly string[] {
  if (count === 0) return []
  const what = count === 1 ? '1 portal is' : `${count} portals are`
  return [
    `${what} not bound to every event that is wanted: GET /healthz?deep=1 with ADMIN_TOKEN names them`,
  ]
}

function missingText({ domain, events }: MissingListing): string {
  return `portal ${domain} is not bound to ${events}: subscriptions.missing of the portal says what to do`
}
