/**
 * The health check for monitors: whether the relay is configured, and what to do when it is not. It shows no
 * value.
 */
import type { ReportTotals } from '../core/reports/report-totals.ts'
import type { HealthView, TroublesView } from '../core/views/health-view.ts'
import type { MissingListing, PendingListing } from '../objects/directory-store.ts'
import type { ListedPortal, ReportPage } from '../objects/report-store.ts'

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
  /** The question of the operator; null for all other callers, who do not learn whose installs wait. */
  readonly deep: HealthReports | null
}

/** The question of the operator: whether it is strict, and the reports of the portals from which it is answered. */
export interface HealthReports {
  /** Whether a portal or a lane in trouble turns the check red. */
  readonly isStrict: boolean
  /** The portals in trouble; rejects when the directory does not answer. */
  readonly listTroubled: () => Promise<ReportPage>
  readonly sumReports: () => Promise<ReportTotals>
}

/** The most portals in trouble that are named. */
export const MAX_TROUBLED = 20

/**
 * The answer of `GET /healthz`. A missing event never turns the check red, since everything else goes on. Nor does a
 * pending install: it may be a stranger's own portal, and a stranger must not be able to alarm the operator. Anybody
 * may call the route, and the names of customers are nobody's business, so only the operator is told whose they are.
 */
export async function healthResponse(deps: HealthDeps): Promise<Response> {
  const [listed, unbound, troubles] = await Promise.all([
    deps.listPending(),
    deps.listMissing(),
    deps.deep === null ? null : readTroubles(deps.deep),
  ])
  const isDeep = deps.deep !== null
  const pending = isDeep ? listed.map(pendingText) : pendingCountText(listed.length)
  const missing = isDeep ? unbound.map(missingText) : missingCountText(unbound.length)
  const warnings = [...deps.warnings, ...missing]
  const problems = [...deps.problems]
  if (!deps.canVerify) {
    problems.push({
      setting: 'BITRIX24_CLIENT_ID',
      problem: 'Must be set, or OUTGOING_WEBHOOK_TOKENS: no portal can be verified yet',
    })
  }
  const isConfigured = problems.length === 0
  const isTroubled = deps.deep?.isStrict === true && troubles !== null && isAny(troubles)
  const body: HealthView = {
    status: !isConfigured ? 'misconfigured' : isTroubled ? 'trouble' : 'ok',
    version: deps.version,
    ...(isConfigured ? {} : { problems }),
    ...(warnings.length === 0 ? {} : { warnings }),
    ...(pending.length === 0 ? {} : { pending }),
    ...troubles,
  }
  return Response.json(body, {
    status: isConfigured && !isTroubled ? 200 : 500,
    headers: { 'cache-control': 'no-store' },
  })
}

async function readTroubles({ listTroubled, sumReports }: HealthReports): Promise<TroublesView> {
  try {
    const [{ portals }, totals] = await Promise.all([listTroubled(), sumReports()])
    return {
      reports: true,
      portals: portals.slice(0, MAX_TROUBLED).map(troubledPortal),
      portalsInTrouble: Object.values(totals.problems).reduce((sum, count) => sum + count, 0),
      lanes: Object.entries(totals.destinations).flatMap(lanesInTrouble),
    }
  } catch {
    // Swallows: the directory cannot be reached, and the rest of the check does not need it.
    return { reports: false, portals: [], portalsInTrouble: 0, lanes: [] }
  }
}

function troubledPortal({ memberId, report }: ListedPortal): TroublesView['portals'][number] {
  const { domain, state, problem } = report
  const { reason = null, destination = null, remedy = null } = problem ?? {}
  return { memberId, domain, state, problem: reason, destination, remedy }
}

function lanesInTrouble([destination, totals]: [
  string,
  ReportTotals['destinations'][string],
]): TroublesView['lanes'] {
  const { lanes, parked } = totals
  const { disabled, retrying } = lanes
  if (disabled + retrying + parked === 0) return []
  return [{ destination, disabled, retrying, parked }]
}

/** Reports that nobody could read are a trouble as well: a strict check must not be green by silence. */
function isAny({ reports, portalsInTrouble, lanes }: TroublesView): boolean {
  return !reports || portalsInTrouble > 0 || lanes.some(({ disabled }) => disabled > 0)
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
