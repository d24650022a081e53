/** What monitors see: whether the relay is configured, and what to do when it is not. Never a value. */
import type { PendingListing } from '../objects/directory-store.ts'

/** What health depends on. */
export interface HealthDeps {
  readonly version: string
  readonly problems: readonly { readonly setting: string; readonly problem: string }[]
  readonly warnings: readonly string[]
  /** True when at least one application is configured. */
  readonly hasApplication: boolean
  /** False when nothing is configured that could prove a portal. */
  readonly canVerify: boolean
  /** Installs that wait for their application to be configured. */
  readonly listPending: () => Promise<readonly PendingListing[]>
}

/**
 * The answer of `GET /healthz`. A waiting install is a problem only where no application is configured:
 * otherwise any stranger's application could turn the check red.
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
    const notices = await deps.listPending()
    return notices.map(
      ({ domain, clientId }) =>
        `portal ${domain} installed application ${clientId}: ` +
        'set BITRIX24_CLIENT_ID and BITRIX24_CLIENT_SECRET',
    )
  } catch {
    // The directory cannot be reached: what is configured is still worth telling.
    return []
  }
}
