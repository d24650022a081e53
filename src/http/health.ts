/**
 * The health check for monitors: whether the relay is configured, and what to do when it is not. It shows no
 * value.
 */
import type { PendingListing } from '../objects/directory-store.ts'

/** Everything that the health check tells, and the directory that it asks. */
export interface HealthDeps {
  readonly version: string
  readonly problems: readonly { readonly setting: string; readonly problem: string }[]
  readonly warnings: readonly string[]
  /** Whether at least one application is configured. */
  readonly hasApplication: boolean
  /** False when nothing is configured by which a portal could be verified. */
  readonly canVerify: boolean
  /** The installs that wait until their application is configured. */
  readonly listPending: () => Promise<readonly PendingListing[]>
}

/**
 * The answer of `GET /healthz`. A pending install turns the check red only while no application is
 * configured. When one is configured, the pending install may be a stranger's, and a stranger must not be
 * able to alarm the operator.
 */
export async function healthResponse(deps: HealthDeps): Promise<Response> {
  const pending = await pendingTexts(deps)
  const problems = [...deps.problems]
  if (!deps.canVerify) {
    problems.push({
      setting: 'BITRIX24_CLIENT_ID',
      problem: 'Must be set, or OUTGOING_WEBHOOK_TOKENS: no portal can be verified yet',
    })
  }
  if (!deps.hasApplication) {
    problems.push(...pending.map((problem) => ({ setting: 'BITRIX24_CLIENT_ID', problem })))
  }
  const isOk = problems.length === 0
  const body = {
    status: isOk ? 'ok' : 'misconfigured',
    version: deps.version,
    ...(isOk ? {} : { problems }),
    ...(deps.warnings.length === 0 ? {} : { warnings: deps.warnings }),
    ...(pending.length === 0 ? {} : { pending }),
  }
  return Response.json(body, {
    status: isOk ? 200 : 500,
    headers: { 'cache-control': 'no-store' },
  })
}

async function pendingTexts(deps: HealthDeps): Promise<string[]> {
  try {
    const listings = await deps.listPending()
    return listings.map(
      ({ domain, clientId }) =>
        `portal ${domain} installed application ${clientId}: ` +
        'set BITRIX24_CLIENT_ID and BITRIX24_CLIENT_SECRET',
    )
  } catch {
    // The directory cannot be reached. The rest of the check does not need it.
    return []
  }
}
