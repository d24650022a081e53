/**
 * The page that an application with an interface shows in the portal's frame: the end of the installation,
 * the portal's status, or why not. Nothing of the request reaches it but one of six languages; the only
 * host that may frame a page with data is the one that the OAuth server confirmed.
 */
import type { InstallStatus } from '../../core/access/portal-status.ts'
import { errorResponse, type ErrorCode } from '../error-response.ts'
import { renderPage, type PageDetails, type PageTone } from './markup.ts'
import type { Notice } from './texts.ts'
import { PAGE_TEXTS, type PageLanguage } from './languages.ts'
import type { InstallRefusalReason, IntakeAnswer } from '../../edge/intake-answer.ts'

/** The refusals that the page has words for. */
export type PageErrorCode = Extract<
  ErrorCode,
  | 'malformed_body'
  | 'invalid_event'
  | 'untrusted'
  | 'method_not_allowed'
  | 'body_too_large'
  | 'unsupported_media_type'
  | 'too_many_requests'
  | 'not_stored'
  | 'misconfigured'
>

/** Everything that makes one page. */
interface Page {
  readonly notice: Notice
  readonly tone: PageTone
  /** Verified; null when nothing is. */
  readonly domain: string | null
  readonly details: PageDetails
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

/** The page for an installation's answer. */
export function installPage(answer: IntakeAnswer, language: PageLanguage): Promise<Response> {
  return respond(pageOf(answer), language)
}

/** The page for a request that was refused before anybody was asked about it. */
export function errorPage(
  code: PageErrorCode,
  language: PageLanguage,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return respond(refusalPage(code, { notice: NOTICES[code], headers }), language)
}

const NOTICES: Readonly<Record<PageErrorCode, Notice>> = {
  malformed_body: 'malformed',
  invalid_event: 'malformed',
  unsupported_media_type: 'malformed',
  body_too_large: 'too_large',
  method_not_allowed: 'wrong_method',
  untrusted: 'untrusted',
  too_many_requests: 'too_many_requests',
  not_stored: 'not_stored',
  misconfigured: 'misconfigured',
}

/**
 * The notice for each reason of a refused installation; null: the notice of its code. Only those reasons are told
 * that Bitrix24 gave for the caller's own token, so that the page tells nothing of a portal that its user may not know.
 */
const NOTICES_OF_REASONS: Readonly<Record<InstallRefusalReason, Notice | null>> = {
  not_administrator: 'not_administrator',
  another_application: 'another_application',
  token_expired: 'session_expired',
  suspended: 'suspended',
  no_rights: 'no_rights',
  late: null,
  no_key: null,
  too_many_waiting: null,
  foreign_oauth_server: null,
  token_refused: null,
  not_installed: null,
  portal_deleted: null,
  inconsistent: null,
  member_mismatch: null,
  user_mismatch: null,
  domain_mismatch: null,
  unsafe_endpoint: null,
  system_user_missing: null,
  system_user_refused: null,
  system_user_mismatch: null,
}

const NO_DETAILS: PageDetails = { status: null, finish: false, retry: false, code: null }

function pageOf(answer: IntakeAnswer): Page {
  const plain = { details: NO_DETAILS, status: 200, headers: {} }
  const patient = { ...plain, details: { ...NO_DETAILS, retry: true }, tone: 'waiting' as const }
  switch (answer.kind) {
    case 'accepted':
      return answer.finished ? visitPage(answer) : finishPage(answer.domain)
    case 'pending':
      // Only an application that is not configured waits with a verified domain.
      return answer.domain === null
        ? { ...patient, notice: 'unanswered', domain: null }
        : { ...patient, notice: 'pending', domain: answer.domain }
    case 'spilled':
      return { ...patient, notice: 'busy', domain: null }
    case 'refused': {
      const { code, reason } = answer
      const told = code === 'untrusted' && reason !== undefined ? NOTICES_OF_REASONS[reason] : null
      return refusalPage(code, { notice: told ?? NOTICES[code], headers: {} })
    }
    case 'stored':
      // An event's answer; no page asks for one.
      return { ...plain, notice: 'visitor', tone: 'good', domain: null }
  }
}

function finishPage(domain: string | null): Page {
  const details = { ...NO_DETAILS, finish: true }
  return { notice: 'connected', tone: 'good', domain, details, status: 200, headers: {} }
}

/** A later visit: the status for whoever may see it, a friendly word for everybody else. */
function visitPage(answer: {
  readonly domain: string | null
  readonly status: InstallStatus | null
}): Page {
  const { domain, status } = answer
  const details = { ...NO_DETAILS, status }
  const plain = { domain, details, status: 200, headers: {} }
  if (status === null) return { ...plain, notice: 'visitor', tone: 'good' }
  if (status.state !== 'active') return { ...plain, notice: status.state, tone: 'waiting' }
  return status.missing.length === 0
    ? { ...plain, notice: 'active', tone: 'good' }
    : { ...plain, notice: 'incomplete', tone: 'waiting' }
}

/** Status and headers are those of the same refusal in JSON; it holds no data, so nobody is verified. */
function refusalPage(
  code: PageErrorCode,
  { notice, headers }: { notice: Notice; headers: Readonly<Record<string, string>> },
): Page {
  const json = errorResponse(code, headers)
  const kept = ['allow', 'retry-after'].flatMap((name) => {
    const value = json.headers.get(name)
    return value === null ? [] : [[name, value]]
  })
  return {
    notice,
    // Whoever is no administrator has done nothing wrong.
    tone: notice === 'not_administrator' ? 'waiting' : 'bad',
    domain: null,
    details: { ...NO_DETAILS, retry: true, code: notice === 'not_administrator' ? null : code },
    status: json.status,
    headers: Object.fromEntries(kept),
  }
}

async function respond(page: Page, language: PageLanguage): Promise<Response> {
  const nonce = crypto.randomUUID()
  const texts = PAGE_TEXTS[language]
  const { notice, tone, details } = page
  const body = await renderPage(details, {
    words: texts.notices[notice],
    texts,
    language,
    tone,
    nonce,
  })
  return new Response(body, {
    status: page.status,
    headers: {
      ...page.headers,
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-language': language,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'content-security-policy': policyOf(page, nonce),
    },
  })
}

function policyOf({ domain, details }: Page, nonce: string): string {
  // A refusal must be readable in the portal's frame, which nobody has verified; it holds no data.
  const ancestors = domain === null ? 'https:' : `https://${domain}`
  const library = details.finish ? ' https://api.bitrix24.com' : ''
  // To load a posted page again submits its form again, which this directive governs (seen in Chromium).
  const action = details.retry || details.finish ? `'self'` : `'none'`
  return [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'${library}`,
    `style-src 'nonce-${nonce}'`,
    `base-uri 'none'`,
    `form-action ${action}`,
    `frame-ancestors ${ancestors}`,
  ].join('; ')
}
