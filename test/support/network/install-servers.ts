/**
 * A simulated OAuth server and portal for tests of trust and of tokens: builders of requests, answers and
 * verdicts. Every secret in it holds the word `canary`.
 */
import type { InstallRequest, PresentedCredentials } from '../../../src/bitrix24/wire/request.ts'
import { verifyInstall } from '../../../src/bitrix24/installs/verify-install.ts'
import type { InstallVerdict } from '../../../src/bitrix24/installs/verify-install.ts'
import type { VerdictRefusal } from '../../../src/core/access/installs/install-refusal.ts'
import { jsonAnswer, simulateFetch } from './simulated-fetch.ts'
import type { SentRequest, SimulatedFetch } from './simulated-fetch.ts'
import { NOW } from '../time.ts'
import { APPLICATION_TOKEN, CLIENT_ID, DOMAIN, MEMBER_ID } from '../identity.ts'

/** The two OAuth servers of the allow-list, and the portal's address. */
export const INFO = 'https://oauth.bitrix.info'
export const TECH = 'https://oauth.bitrix24.tech'
export const ENDPOINT = 'https://acme.bitrix24.com/rest/'

/** Secrets, which may appear in request bodies only. */
export const ACCESS = 'canary-access-of-the-request'
export const REFRESH = 'canary-refresh-of-the-request'
export const SYSTEM_ACCESS = 'canary-access-of-the-system-user'
export const SYSTEM_REFRESH = 'canary-refresh-of-the-system-user'
export const SECRET = 'canary-secret-of-the-application'

/** The answer of the simulated OAuth server about an access token. */
export function infoAnswer(
  fields: Record<string, unknown> = {},
  install: Record<string, unknown> = {},
) {
  return jsonAnswer({
    result: {
      client_id: CLIENT_ID,
      scope: 'crm,user_brief',
      expires: '2026-09-21T15:13:20+00:00',
      user_id: 1,
      ...fields,
      install: {
        installed: true,
        version: '1',
        status: 'L',
        scope: 'crm',
        domain: DOMAIN,
        uri: 'https://acme.bitrix24.com',
        client_endpoint: ENDPOINT,
        member_id: MEMBER_ID,
        member_type: 'user',
        ...install,
      },
    },
  })
}

/** A successful refresh, with some fields replaced or added. */
export function pairAnswer(name: string, fields: Record<string, unknown> = {}) {
  return jsonAnswer({
    access_token: `canary-fresh-access-${name}`,
    refresh_token: `canary-fresh-refresh-${name}`,
    expires: NOW / 1000 + 3600,
    member_id: MEMBER_ID,
    user_id: 1,
    ...fields,
  })
}

/** An error in Bitrix24's form. */
export function fail(code: string, status = 401): Response {
  return jsonAnswer({ error: code }, status)
}

/** The portal's word about the token's user. */
export function profileAnswer(ADMIN: unknown = true, ID = '1'): Response {
  return jsonAnswer({ result: { ID, ADMIN } })
}

/** One route of a simulated server. */
export type Answer = (request: SentRequest) => Response | Promise<Response>

/** Answers by URL; an unclaimed request fails as a connection would. */
export function serve(routes: Record<string, Answer>) {
  return simulateFetch((request) => {
    const answer = routes[request.url]
    if (answer === undefined) throw new Error(`Nobody answers at ${request.url}`)
    return answer(request)
  })
}

/** Servers that agree with everything, with some answers replaced. */
export function agreeing(routes: Record<string, Answer> = {}) {
  return serve({
    [`${INFO}/rest/app.info`]: () => infoAnswer(),
    [`${ENDPOINT}profile`]: () => profileAnswer(),
    ...routes,
  })
}

/** Credentials that agree with the simulated servers. */
export function credentials(fields: Partial<PresentedCredentials> = {}): PresentedCredentials {
  return {
    accessToken: ACCESS,
    refreshToken: REFRESH,
    expiresAt: NOW / 1000 + 3600,
    serverEndpoint: `${INFO}/rest/`,
    clientEndpoint: ENDPOINT,
    domain: DOMAIN,
    userId: 1,
    status: 'L',
    scope: 'crm',
    ...fields,
  }
}

/** An installation that agrees with the simulated servers. */
export function install(
  claims: Partial<PresentedCredentials> = {},
  fields: Partial<InstallRequest> = {},
): InstallRequest {
  return {
    kind: 'install',
    cause: 'install',
    memberId: MEMBER_ID,
    applicationToken: APPLICATION_TOKEN,
    ts: NOW / 1000,
    credentials: credentials(claims),
    systemUser: null,
    language: 'en',
    ...fields,
  }
}

/** ONAPPUSERREADY with a system user who agrees, or without one. */
export function userReady(system: Partial<PresentedCredentials> | null): InstallRequest {
  const own = { accessToken: SYSTEM_ACCESS, refreshToken: SYSTEM_REFRESH, userId: 512 }
  const systemUser =
    system === null ? null : credentials({ ...own, domain: 'oauth.bitrix.info', ...system })
  return install({}, { cause: 'user_ready', systemUser })
}

/** The operator's configuration. */
export interface Setting {
  readonly oauthUrls?: readonly string[]
  readonly applications?: ReadonlyMap<string, string>
  readonly allowLocal?: boolean
}

/** Verifies against the simulated servers. */
export function verify(
  request: InstallRequest,
  server: SimulatedFetch,
  setting: Setting = {},
): Promise<InstallVerdict> {
  return verifyInstall(request, {
    fetch: server.fetch,
    policy: { allowLocal: setting.allowLocal ?? false },
    timeoutMs: 5000,
    oauthUrls: setting.oauthUrls ?? [INFO, TECH],
    applications: setting.applications ?? new Map([[CLIENT_ID, SECRET]]),
  })
}

/** The addresses that were asked, in order. */
export function urls(server: SimulatedFetch): readonly string[] {
  return server.sent.map(({ url }) => url)
}

/** The verified form of `install()`. */
export const VERIFIED = {
  memberId: MEMBER_ID,
  clientId: CLIENT_ID,
  domain: DOMAIN,
  clientEndpoint: ENDPOINT,
  oauthUrl: INFO,
  userId: 1,
  isAdmin: true,
  isReached: true,
  scope: 'crm,user_brief',
  status: 'L',
  installed: true,
  systemUserId: null,
}

/** The verdict of a refused installation. */
export function refusal(reason: VerdictRefusal): InstallVerdict {
  return { kind: 'refused', reason }
}

/** The verdict when a server gave no answer and nothing was refreshed on the way. */
export function unanswered(
  reason: 'oauth_server_unanswered' | 'portal_unanswered',
): InstallVerdict {
  return { kind: 'unanswered', reason }
}

/** Gives each access token an answer of its own. */
export function byToken(answers: Record<string, () => Response>): Answer {
  return ({ form }) => (answers[form.get('auth') ?? ''] ?? (() => fail('invalid_token')))()
}

/** The page of a proxy in the place of an answer. */
export function brokenGateway(): Response {
  return new Response('<html>Bad gateway</html>', { status: 502 })
}
