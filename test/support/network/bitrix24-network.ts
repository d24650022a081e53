/** The OAuth server and the portal of the recorded bodies, as network handlers. */
import { answerPortal, aPortalRest, type PortalRestState } from './portal-rest.ts'
import type { NetworkHandler, SentRequest } from './network.ts'
import { CLIENT_ID, DOMAIN, MEMBER_ID } from '../identity.ts'

/** The state of the simulated OAuth server and portal, by which they answer. */
export interface SimulatedBitrix24 {
  memberId: string
  domain: string
  clientId: string
  userId: number
  isAdmin: boolean
  installed: boolean
  /** False: the OAuth server does not answer at all. */
  answers: boolean
  /** Access tokens that the OAuth server knows; null: every one. */
  knownTokens: readonly string[] | null
  refreshes: number
  /** The error that a refresh is answered with; null: with a fresh pair. */
  refusal: { readonly error: string; readonly status: number } | null
  /** The error with which the portal refuses every call of the application; null: it takes them. */
  portalRefusal: { readonly error: string; readonly status: number } | null
  /** What the portal's own REST says. */
  rest: PortalRestState
}

/** The answer of a portal that does not have the application any more. */
export const APPLICATION_GONE = { error: 'APPLICATION_NOT_FOUND', status: 401 } as const

/** Bitrix24 as the recorded bodies know it: an administrator of acme.bitrix24.com. */
export function aBitrix24(changes: Partial<SimulatedBitrix24> = {}): SimulatedBitrix24 {
  return {
    memberId: MEMBER_ID,
    domain: DOMAIN,
    clientId: CLIENT_ID,
    userId: 1,
    isAdmin: true,
    installed: true,
    answers: true,
    knownTokens: null,
    refreshes: 0,
    refusal: null,
    portalRefusal: null,
    rest: aPortalRest(),
    ...changes,
  }
}

/** Answers app.info, profile and refreshes as `bitrix24` says at that moment. */
export function bitrix24Handler(bitrix24: SimulatedBitrix24): NetworkHandler {
  return (request) => {
    const { host, pathname } = new URL(request.url)
    const isOauth = host === 'oauth.bitrix.info' || host === 'oauth.bitrix24.tech'
    if (isOauth && !bitrix24.answers) throw new TypeError('Network connection lost.')
    if (isOauth && pathname === '/rest/app.info') return appInfo(bitrix24, request)
    if (isOauth && pathname === '/oauth/token/') return refresh(bitrix24)
    if (host !== bitrix24.domain) return null
    if (bitrix24.portalRefusal !== null) {
      const { error, status } = bitrix24.portalRefusal
      return Response.json({ error }, { status })
    }
    return pathname === '/rest/profile' ? profile(bitrix24) : portalAnswer(bitrix24, request)
  }
}

function portalAnswer({ rest }: SimulatedBitrix24, { url, body }: SentRequest): Response | null {
  const method = new URL(url).pathname.replace('/rest/', '')
  const answer = answerPortal(rest, method, new URLSearchParams(body))
  if (answer === null) return null
  const now = Date.now() / 1000
  const time = { start: now, finish: now }
  return Response.json({ ...answer, time }, { status: 'error' in answer ? 400 : 200 })
}

function appInfo(bitrix24: SimulatedBitrix24, request: SentRequest): Response {
  const token = new URLSearchParams(request.body).get('auth') ?? ''
  if (bitrix24.knownTokens !== null && !bitrix24.knownTokens.includes(token)) {
    return Response.json({ error: 'invalid_token' }, { status: 401 })
  }
  const { domain, memberId, clientId, userId, installed } = bitrix24
  const install = {
    installed,
    version: '1',
    status: 'L',
    scope: 'crm',
    domain,
    uri: `https://${domain}`,
    client_endpoint: `https://${domain}/rest/`,
    member_id: memberId,
    member_type: 'user',
  }
  const expires = '2026-09-21T15:13:20+00:00'
  return Response.json({
    result: { client_id: clientId, scope: 'crm', expires, install, user_id: userId },
  })
}

function profile({ userId, isAdmin }: SimulatedBitrix24): Response {
  return Response.json({ result: { ID: String(userId), ADMIN: isAdmin, NAME: 'Vadim' } })
}

function refresh(bitrix24: SimulatedBitrix24): Response {
  if (bitrix24.refusal !== null) {
    const { error, status } = bitrix24.refusal
    return Response.json({ error }, { status })
  }
  bitrix24.refreshes += 1
  return Response.json({
    access_token: `fresh-access-canary-${bitrix24.refreshes}`,
    refresh_token: `fresh-refresh-canary-${bitrix24.refreshes}`,
    expires: Math.floor(Date.now() / 1000) + 3600,
    expires_in: 3600,
    member_id: bitrix24.memberId,
    user_id: bitrix24.userId,
    client_endpoint: `https://${bitrix24.domain}/rest/`,
    server_endpoint: 'https://oauth.bitrix.info/rest/',
    domain: 'oauth.bitrix.info',
    scope: 'crm',
    status: 'L',
  })
}
