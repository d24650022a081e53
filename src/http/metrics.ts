/**
 * `GET /metrics` for Prometheus, behind the same door as the admin API. It asks the directory's list of portals once,
 * whatever the number of portals. docs/metrics.md tells what each metric means, and how late it is.
 */
import { Hono, type Context, type MiddlewareHandler } from 'hono'
import type { RestErrorKind } from '../bitrix24/servers/rest-error.ts'
import { INSTALL_REFUSALS } from '../core/access/installs/install-refusal.ts'
import { EXPOSITION_TYPE, formatExposition } from '../core/metrics/exposition.ts'
import { metricsOf } from '../core/metrics/metrics.ts'
import type { IntakeErrorCode } from '../edge/intake-answer.ts'
import type { DirectoryRemote } from '../objects/directory.ts'
import { withTimeout } from '../storage/with-timeout.ts'
import { ADMIN_MS } from './admin/api/json-route.ts'
import { errorResponse } from './error-response.ts'

/** The path of the metrics. */
export const METRICS_PATH = '/metrics'

/** The dependencies of the route. */
export interface MetricsDeps {
  readonly directory: Pick<DirectoryRemote, 'sumMetrics'>
  /** The names of the configured destinations. */
  readonly destinations: readonly string[]
  readonly version: string
  readonly now: () => number
}

/** The codes with which a request of Bitrix24 is refused before anybody looks for its caller. */
type ReadingRefusal =
  | 'malformed_body'
  | 'invalid_event'
  | 'invalid_hint'
  | 'robot_without_token'
  | 'robot_with_token'
  | 'body_too_large'
  | 'unsupported_media_type'
  | 'not_found'

const REFUSALS: Readonly<Record<IntakeErrorCode | ReadingRefusal, true>> = {
  untrusted: true,
  too_many_requests: true,
  too_many_hints: true,
  portal_full: true,
  not_stored: true,
  misconfigured: true,
  malformed_body: true,
  invalid_event: true,
  invalid_hint: true,
  robot_without_token: true,
  robot_with_token: true,
  body_too_large: true,
  unsupported_media_type: true,
  not_found: true,
}

const REFRESH_ERRORS: Readonly<Record<RestErrorKind, true>> = {
  expired: true,
  dead_token: true,
  uninstalled: true,
  suspended: true,
  no_rights: true,
  no_scope: true,
  method_confirmation: true,
  portal_deleted: true,
  rate_limited: true,
  not_found: true,
  refused: true,
  unreachable: true,
}

/** Makes the route; `admin` lets the operator in, `depsOf` gives the dependencies with the bindings of the request. */
export function createMetricsRoute(
  admin: MiddlewareHandler,
  depsOf: (c: Context) => MetricsDeps,
): Hono {
  const routes = new Hono()
  routes.use(METRICS_PATH, admin)
  routes.get(METRICS_PATH, (c) => answer(depsOf(c)))
  routes.all(METRICS_PATH, () => errorResponse('method_not_allowed', { allow: 'GET, HEAD' }))
  return routes
}

async function answer({ directory, now, ...terms }: MetricsDeps): Promise<Response> {
  const at = now()
  const sums = await withTimeout(directory.sumMetrics(at), ADMIN_MS)
  const words = {
    refusals: [...Object.keys(REFUSALS), ...INSTALL_REFUSALS.filter((word) => !(word in REFUSALS))],
    refreshes: Object.keys(REFRESH_ERRORS),
  }
  const text = formatExposition(metricsOf({ ...terms, ...sums, words, now: at }))
  return new Response(text, {
    headers: { 'content-type': EXPOSITION_TYPE, 'cache-control': 'no-store' },
  })
}
