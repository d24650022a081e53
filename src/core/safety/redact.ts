/**
 * Redacts texts that others have written, for example a receiver's answer or the message of an exception.
 * They get into logs and into the operator's view, so secrets, the paths of URLs and everything that looks
 * like a token are masked. If a secret can still be read in the result, nothing of the text is kept.
 */
import { decodeText } from './readings.ts'

const MARK = '***'
const MIN_SECRET_LENGTH = 6
const MAX_ERROR_LENGTH = 500
const MAX_MESSAGE_LENGTH_WITH_CAUSE = 300

/**
 * Returns the harmless part of a text, at most `maxLength` code points. Secrets are found in upper and lower
 * case, plain, percent-encoded, escaped as in JSON, and in base64. Secrets under 6 characters are ignored.
 */
export function redactText(text: string, secrets: readonly string[], maxLength = 200): string {
  const forms = [...new Set(secrets.flatMap((secret) => listForms(secret)))]
  const withoutSecrets = maskForms(tidy(text), forms)
  const kept = cut(tidy(maskTokens(maskUrls(withoutSecrets))).trim(), maxLength)
  return isReadable(kept, forms) ? cut(MARK, maxLength) : kept
}

/**
 * Returns the whole text without the secrets, in each of these forms. Unlike a redacted text it keeps its addresses.
 */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  return maskForms(text, [...new Set(secrets.flatMap((secret) => listForms(secret)))])
}

/**
 * Formats any thrown value as one line for logs: its name, its message and its direct cause, together at most
 * 500 code points, and redacted. It never throws, even if a getter of the value does.
 */
export function describeError(error: unknown): string {
  const cause = readProperty(error, 'cause')
  if (cause === undefined || cause === null) return describeOne(error, MAX_ERROR_LENGTH)
  const first = describeOne(error, MAX_MESSAGE_LENGTH_WITH_CAUSE)
  const second = describeOne(cause, MAX_ERROR_LENGTH - MAX_MESSAGE_LENGTH_WITH_CAUSE - 16)
  return `${first} (caused by ${second})`
}

function describeOne(error: unknown, maxLength: number): string {
  if (typeof error === 'function') return 'Thrown function'
  if (typeof error !== 'object' || error === null) return redactText(String(error), [], maxLength)
  const name = readProperty(error, 'name')
  const message = readProperty(error, 'message')
  const parts = [name, message].filter((part) => typeof part === 'string' && part !== '')
  return redactText(parts.length === 0 ? 'Thrown object' : parts.join(': '), [], maxLength)
}

function readProperty(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  try {
    return Reflect.get(value, key)
  } catch {
    // Swallows every error of a getter or a proxy: a property that cannot be read is left out.
    return undefined
  }
}

/** Makes one line of a text: `\/` of JSON becomes `/`, invisible characters go, blanks become single. */
function tidy(text: string): string {
  return text
    .replaceAll('\\/', '/')
    .replace(/[\p{Cf}\p{Cs}]/gu, '')
    .replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
}

function listForms(secret: string): readonly string[] {
  if (secret.length < MIN_SECRET_LENGTH) return []
  const cases = [secret, secret.toLowerCase(), secret.toUpperCase()]
  const written = cases.flatMap((plain) => [
    plain,
    ...listPercentForms(plain.toWellFormed()),
    JSON.stringify(plain).slice(1, -1),
    escapeNonAscii(JSON.stringify(plain).slice(1, -1)),
  ])
  return [...written, ...base64FormsOf(secret)]
    .map((form) => lowerAscii(tidy(form)))
    .flatMap((form) => [form, form.trim()])
    .filter((form) => form.length >= MIN_SECRET_LENGTH)
}

function listPercentForms(plain: string): readonly string[] {
  const component = encodeURIComponent(plain)
  // RFC 3986 reserves these five characters too, and PHP and Python encode them.
  const strict = component.replace(/[!'()*]/g, (character) => percentByte(character.charCodeAt(0)))
  const everyByte = Array.from(new TextEncoder().encode(plain), percentByte).join('')
  return [component, strict, strict.replaceAll('%20', '+'), encodeURI(plain), everyByte]
}

function percentByte(byte: number): string {
  return `%${byte.toString(16).padStart(2, '0')}`
}

function escapeNonAscii(text: string): string {
  return text.replace(
    // oxlint-disable-next-line no-control-regex -- the range of ASCII is what is meant
    /[^\u0000-\u007f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/**
 * Lists the digits by which base64 shows a secret inside a longer text. There are three forms, because three
 * bytes become four digits and the secret can begin at any of the three.
 */
export function base64FormsOf(secret: string): readonly string[] {
  const bytes = Array.from(new TextEncoder().encode(secret), (byte) => String.fromCharCode(byte))
  return [0, 1, 2].flatMap((offset) => {
    const digits = btoa('\0'.repeat(offset) + bytes.join(''))
    const first = Math.ceil((offset * 8) / 6)
    const end = Math.floor(((offset + bytes.length) * 8) / 6)
    const standard = digits.slice(first, end)
    return [standard, standard.replaceAll('+', '-').replaceAll('/', '_')]
  })
}

/** Masks all places at once, so that of two secrets that overlap no part is left. */
function maskForms(text: string, forms: readonly string[]): string {
  const searched = lowerAscii(text)
  const hidden = new Uint8Array(text.length)
  for (const form of forms) {
    for (let at = searched.indexOf(form); at >= 0; at = searched.indexOf(form, at + 1)) {
      hidden.fill(1, at, at + form.length)
    }
  }
  let kept = ''
  for (let index = 0; index < text.length; index += 1) {
    if (hidden[index] === 0) kept += text[index]
    else if (index === 0 || hidden[index - 1] === 0) kept += MARK
  }
  return kept
}

function maskUrls(text: string): string {
  // The length of the scheme is bounded. Without the bound each letter of a long word would be tried as its
  // start, which takes quadratic time.
  return text
    .replace(/([a-z][a-z0-9+.-]{0,15}:\/\/)[^\s/?#"'<>]*@/gi, '$1')
    .replace(/([a-z][a-z0-9+.-]{0,15}:\/\/[^\s/?#"'<>]*)[/?#][^\s"'<>]+/gi, `$1/${MARK}`)
    .replace(/\?[^\s"'<>=?]*=[^\s"'<>]*/g, `?${MARK}`)
}

function maskTokens(text: string): string {
  return text.replace(/[\w+/=-]{20,}/g, MARK)
}

function isReadable(kept: string, forms: readonly string[]): boolean {
  let view = kept
  for (let round = 0; round < 3; round += 1) {
    const readings = [view, view.replaceAll('+', ' '), tidy(view)]
    const searched = readings.flatMap((text) => [lowerAscii(text), text.toLowerCase()])
    if (forms.some((form) => searched.some((candidate) => candidate.includes(form)))) return true
    view = decodeText(view)
  }
  return false
}

/** Lowers ASCII letters only. `toLowerCase` can change the length of a text, and so the places in it. */
function lowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

function cut(text: string, maxLength: number): string {
  const characters = Array.from(text)
  if (characters.length <= maxLength) return text
  return maxLength < 1 ? '' : `${characters.slice(0, maxLength - 1).join('')}…`
}
