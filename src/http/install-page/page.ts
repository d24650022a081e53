/**
 * The application's page, which a portal shows in a frame: it ends the installation, shows the portal's
 * status, or says why neither can be done. Nothing of the request reaches the page but the choice among six
 * languages. A page with data may be framed by one host only, the one that the OAuth server confirmed
 * (docs/bitrix24.md, "Frame page").
 */
import type { InstallRefusal } from '../../core/access/installs/install-refusal.ts'
import type { InstallStatus } from '../../core/access/portal-status.ts'
import type { IntakeAnswer } from '../../edge/intake-answer.ts'
import { errorResponse, type ErrorCode } from '../error-response.ts'
import { PAGE_TEXTS, type PageLanguage } from './languages.ts'
import { renderPage, type PageDetails, type PageTone } from './markup.ts'
import type { PageSubject } from './texts.ts'

/** The errors about which the page has words. */
export type PageErrorCode = Extract<
  ErrorCode,
  | 'malformed_body'
  | 'invalid_event'
  | 'robot_without_token'
  | 'untrusted'
  | 'method_not_allowed'
  | 'body_too_large'
  | 'unsupported_media_type'
  | 'too_many_requests'
  | 'too_many_hints'
  | 'portal_full'
  | 'not_stored'
  | 'misconfigured'
>

/** Everything that makes one page. */
interface Page {
  readonly subject: PageSubject
  readonly tone: PageTone
  /** The portal's verified host; null when nothing is verified. */
  readonly domain: string | null
  readonly details: PageDetails
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

/** The page for the answer to an installation. */
export function installPage(answer: IntakeAnswer, language: PageLanguage): Promise<Response> {
  return respond(pageOf(answer), language)
}

/** The page for a request that was refused before its caller was looked for. */
export function errorPage(
  code: PageErrorCode,
  language: PageLanguage,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return respond(pageOfError(code, { subject: SUBJECTS[code], headers }), language)
}

const SUBJECTS: Readonly<Record<PageErrorCode, PageSubject>> = {
  malformed_body: 'malformed',
  invalid_event: 'malformed',
  robot_without_token: 'malformed',
  unsupported_media_type: 'malformed',
  body_too_large: 'too_large',
  method_not_allowed: 'wrong_method',
  untrusted: 'untrusted',
  too_many_requests: 'too_many_requests',
  too_many_hints: 'too_many_requests',
  portal_full: 'portal_full',
  not_stored: 'not_stored',
  misconfigured: 'misconfigured',
}

/**
 * The subject for each reason of a refused installation; null: the subject of its code. The page tells a
 * reason only when Bitrix24 itself gave it for the caller's own token. It tells nothing of a portal that its
 * user may not know.
 */
const SUBJECTS_OF_REASONS: Readonly<Record<InstallRefusal, PageSubject | null>> = {
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
  const patient = { ...plain, details: { ...NO_DETAILS, retry: true }, tone: 'attention' as const }
  switch (answer.kind) {
    case 'accepted':
      return answer.finished ? visitPage(answer) : finishPage(answer.domain)
    case 'pending':
      // An install waits for two reasons. Only the one whose application is not configured has a verified
      // domain.
      return answer.domain === null
        ? { ...patient, subject: 'unanswered', domain: null }
        : { ...patient, subject: 'pending', domain: answer.domain }
    case 'spilled':
      return { ...patient, subject: 'busy', domain: null }
    case 'refused': {
      const { code, reason } = answer
      const told = code === 'untrusted' && reason !== undefined ? SUBJECTS_OF_REASONS[reason] : null
      return pageOfError(code, { subject: told ?? SUBJECTS[code], headers: {} })
    }
    case 'stored':
      // The answer to an event, for which no page is asked.
      return { ...plain, subject: 'visitor', tone: 'good', domain: null }
  }
}

function finishPage(domain: string | null): Page {
  const details = { ...NO_DETAILS, finish: true }
  return { subject: 'connected', tone: 'good', domain, details, status: 200, headers: {} }
}

/** The page of a later visit: the status for a user who may see it, a friendly word for all others. */
function visitPage(answer: {
  readonly domain: string | null
  readonly status: InstallStatus | null
}): Page {
  const { domain, status } = answer
  const details = { ...NO_DETAILS, status }
  const plain = { domain, details, status: 200, headers: {} }
  if (status === null) return { ...plain, subject: 'visitor', tone: 'good' }
  if (status.state !== 'active') return { ...plain, subject: status.state, tone: 'attention' }
  return status.missing.length === 0
    ? { ...plain, subject: 'active', tone: 'good' }
    : { ...plain, subject: 'incomplete', tone: 'attention' }
}

/**
 * The page has the status and the headers of the error's JSON form. It holds no data, so no host has to be
 * verified.
 */
function pageOfError(
  code: PageErrorCode,
  { subject, headers }: { subject: PageSubject; headers: Readonly<Record<string, string>> },
): Page {
  const json = errorResponse(code, headers)
  const kept = ['allow', 'retry-after'].flatMap((name) => {
    const value = json.headers.get(name)
    return value === null ? [] : [[name, value]]
  })
  // A user who is no administrator has done nothing wrong, and needs no code to tell the operator.
  const isInnocent = subject === 'not_administrator'
  return {
    subject,
    tone: isInnocent ? 'attention' : 'bad',
    domain: null,
    details: { ...NO_DETAILS, retry: true, code: isInnocent ? null : code },
    status: json.status,
    headers: Object.fromEntries(kept),
  }
}

async function respond(page: Page, language: PageLanguage): Promise<Response> {
  const nonce = crypto.randomUUID()
  const texts = PAGE_TEXTS[language]
  const { subject, tone, details } = page
  const words = texts.subjects[subject]
  const body = await renderPage(details, { words, texts, language, tone, nonce })
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
  // An error must be readable in the frame of a portal that is not verified; its page holds no data.
  const ancestors = domain === null ? 'https:' : `https://${domain}`
  const library = details.finish ? ' https://api.bitrix24.com' : ''
  // Loading a posted page again submits its form again, and this directive rules that as well (seen in
  // Chromium).
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
