/**
 * Finds tokens inside a text: the request's own ones, in whatever form they are written, and those that the
 * text itself names, for example in an address. The time grows linearly with the text.
 */
import { base64FormsOf, decodeText } from '../../core/safety/redact.ts'

/** Each round takes one layer of escapes off; nobody writes a token under more layers by accident. */
const MAX_DECODINGS = 3

// The forms of the two quotes, of a bracket and of a blank that may stand between a name and its value: plain,
// escaped as in JSON, percent-encoded, and as in HTML.
const FILLER = String.raw`(?:[\]"'\\\s]|%5d|%2[027]|%25(?:5d|2[027])|&quot;|&#3[49];)`
const EQUALS = String.raw`(?:=>?|:|%(?:25){0,2}3[ad]|;s:\d{1,4}:)`
const VALUE = String.raw`[^\s"'\\&<>,;(){}[\]%]{1,2000}`
const NAMES = [
  '(?:access|refresh|application|auth)[_-]?token',
  'client[_-]?secret',
  '(?:auth|refresh)[_-]?id',
].join('|')
const NAMED = new RegExp(`((?:${NAMES})${FILLER}{0,8}${EQUALS}${FILLER}{0,8})${VALUE}`, 'gi')

// `auth` is a word of many texts, so it counts as the name of a parameter or of a member only. In front of it
// may stand the end of an escape: %3F or %26, which are "?" and "&".
const NO_WORD_BEFORE = String.raw`(?:(?<![a-z_-])|(?<=%(?:25){0,2}(?:3f|26)))`
const IS = String.raw`(?:%(?:25){0,2}3d|=|(?:\\*"|'):\s{0,4}(?:\\*"|')|\\*";s:\d{1,4}:\\*")`
const AUTH = new RegExp(`(${NO_WORD_BEFORE}auth${IS})${VALUE}`, 'gi')

// In a sentence or in a header, the value has to look like a token.
const SPOKEN = new RegExp(
  String.raw`((?:\bbearer|(?:(?<![\w-])auth|(?:access|refresh|application) token)\s{0,4}[:=])\s{0,4}['"]?)[\w.~+/-]{20,2000}`,
  'gi',
)

// The address of an incoming webhook: https://<portal>/rest/<user>/<secret>/<method>, or with /rest/api/.
const SLASH = String.raw`(?:\\{0,4}\/|%(?:25)?2f)`
const WEBHOOK = new RegExp(
  `((?:\\b|%(?:25)?2f)rest${SLASH}(?:api${SLASH})?\\d{1,12}${SLASH})[a-z0-9_-]{6,}`,
  'gi',
)

// Most texts hold none of these words, and then no further pattern has to be tried.
const SUSPICIOUS = /auth|token|secret|refresh|rest|bearer/i

/** The forms in which a text may hold one of the secrets, in lower case. */
export function formsOf(secrets: readonly string[]): readonly string[] {
  return secrets.flatMap((secret) => [
    secret.toLowerCase(),
    hexOf(secret),
    ...base64FormsOf(secret).map((form) => form.toLowerCase()),
  ])
}

/** Whether a text holds one of the forms: in any case of letters, and under escapes that complete it. */
export function holdsSecret(text: string, forms: readonly string[]): boolean {
  if (forms.length === 0 || text === '') return false
  // An escape can complete a token: JSON writes a line break before `abc` as `\nabc`.
  const escaped = /\p{Cc}/u.test(text) ? [JSON.stringify(text)] : []
  return [...readingsOf(text), ...escaped].some((reading) => {
    const searched = reading.toLowerCase()
    return forms.some((form) => searched.includes(form))
  })
}

function readingsOf(text: string): readonly string[] {
  const readings = [text]
  let view = text
  for (let round = 0; round < MAX_DECODINGS && /[%&\\]/.test(view); round += 1) {
    const decoded = decodeText(view)
    if (decoded === view) break
    readings.push(decoded)
    view = decoded
  }
  return readings
}

/**
 * The text with a mark in the place of each token that it names, and of the secrets of webhooks in its
 * addresses.
 */
export function withoutNamedTokens(text: string, mark: string): string {
  if (!SUSPICIOUS.test(text)) return text
  return [NAMED, AUTH, SPOKEN, WEBHOOK].reduce(
    (rest, pattern) => rest.replace(pattern, `$1${mark}`),
    text,
  )
}

function hexOf(secret: string): string {
  const bytes = new TextEncoder().encode(secret)
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
