/**
 * Finds tokens inside a text: those of the request itself, in every form in which they may be written, and those that
 * the text names, for example in an address. The time grows linearly with the text.
 */
import { base64FormsOf } from '../../core/safety/redact.ts'

// The forms of the two quotes, of a bracket and of a blank that may stand between a name and its value: plain,
// escaped as in JSON, percent-encoded, and as in HTML.
const FILLER = String.raw`(?:[\]"'“”«‘\x60\\\s]|%5d|%2[027]|%25(?:5d|2[027])|&quot;|&#3[49];)`
const EQUALS = String.raw`(?:=>?|:|%(?:25){0,2}3[ad]|;s:\d{1,4}:)`
// A value. In a dump of PHP `string(32)` stands before it, which is the kind of the value and not the value itself.
const VALUE = String.raw`(?!string\()[^\s"'“”«»‘’\x60\\&<>,;(){}[\]%]{1,2000}`

/**
 * The words with which a name ends when its value is a token, for example `accessToken`, `ACCESS_TOKEN` and
 * `auth.access_token`. The name `externalAuthId` is left out: in events of bots its value says how a user logs in,
 * for example `default`.
 */
export const TOKEN_NAMES = [
  '(?:access|refresh|application|auth|event)[-_. ]?tokens?',
  'client[-_. ]?secrets?',
  '(?<!external[-_. ]?)(?:auth|refresh)[-_. ]?id',
].join('|')

const JOINED = TOKEN_NAMES.replaceAll('[-_. ]', '[_-]')
const NAMED = new RegExp(`((?:${JOINED})${FILLER}{0,8}${EQUALS}${FILLER}{0,8})(${VALUE})`, 'gi')

// In tables, in XML, in dumps of PHP and in forms of several parts, other signs stand between a name and its value.
// There the value counts only when it looks like a token.
const LIKE_TOKEN = String.raw`(?=[a-z0-9])(?=[\w.~+/=-]{0,64}?\d)[\w.~+/=-]{16,2000}`
const APART = String.raw`(?:<\/?[a-z]{1,10}>|CDATA|string\(\d{1,5}\)|s:\d{1,5}:|[^a-z0-9])`
const LOOSE = new RegExp(`((?:${TOKEN_NAMES})\\d{0,3}${APART}{1,40}?)(${LIKE_TOKEN})`, 'gi')

// `auth` is a word of many texts, so it counts as the name of a parameter or of a member only. In front of it
// may stand the end of an escape: %3F or %26, which are "?" and "&".
const NO_WORD_BEFORE = String.raw`(?:(?<![a-z_-])|(?<=%(?:25){0,2}(?:3f|26)))`
const IS = String.raw`(?:%(?:25){0,2}3d|=|(?:\\*"|'):\s{0,4}(?:\\*"|')|\\*";s:\d{1,4}:\\*")`
const INDEX = String.raw`(?:(?:\[|%(?:25){0,2}5b)\w{0,40}(?:\]|%(?:25){0,2}5d))?`
const AUTH = new RegExp(`(${NO_WORD_BEFORE}auth${INDEX}${IS})(${VALUE})`, 'gi')

// As the name of a tag or of a field of a form, or beside its value in an attribute, the value has to look like a
// token.
const TAGGED = new RegExp(
  String.raw`(<auth>(?:<[^<>]{1,60}>){0,4}|(?:name|key)\s?=\s?["']auth["'][^\w<>]{1,20}(?:value\s?=\s?["'])?)(${LIKE_TOKEN})`,
  'gi',
)

// A block of tokens in JSON or PHP that is a part of the text, or that is not whole. Brackets in it count up to the
// third level.
const QUOTED_NEXT = String.raw`(?=\s{0,4}\\{0,4}["'])`
const BLOCK = new RegExp(
  String.raw`(${NO_WORD_BEFORE}auth\\*["']?\s{0,4}(?:=>?|:)\s{0,4}(?:\{|\[${QUOTED_NEXT}|array\s?\(${QUOTED_NEXT}))` +
    String.raw`((?<=\{)${insideOf(String.raw`\{`, String.raw`\}`)}|(?<=\[)${insideOf(String.raw`\[`, String.raw`\]`)}|(?<=\()${insideOf(String.raw`\(`, String.raw`\)`)})`,
  'gi',
)

// In a sentence or in a header, the value has to look like a token.
const SPOKEN = new RegExp(
  String.raw`((?:\bbearer|(?:(?<![\w-])auth(?:orization)?|(?:access|refresh|application) token)\s{0,4}[:=])\s{0,4}['"“«‘\x60]?)([\w.~+/-]{20,2000})`,
  'gi',
)

// The address of an incoming webhook: https://<portal>/rest/<user>/<secret>/<method>, or with /rest/api/.
const SLASH = String.raw`(?:(?:\\{0,4}\/|%(?:25)?2f)\.{0,2}){1,4}`
const WEBHOOK = new RegExp(
  `((?:\\b|%(?:25)?2f)rest${SLASH}(?:api${SLASH})?\\d{1,20}${SLASH})([a-z0-9_-]{6,2000})`,
  'gi',
)

const PATTERNS = [LOOSE, NAMED, BLOCK, AUTH, TAGGED, SPOKEN, WEBHOOK]

// Most texts hold none of these words, and then no further pattern has to be tried.
const SUSPICIOUS = /auth|token|secret|refresh|rest|bearer/i

/** The number of letters and digits in a row from which on they are a secret, and no words. */
const MIN_SQUEEZED = 16

/** The forms in which a text may hold secrets. */
interface SecretForms {
  /** In lower case, for a text as it is. */
  readonly plain: ReadonlySet<string>
  /** Letters and digits alone, for a text without everything else. */
  readonly squeezed: ReadonlySet<string>
}

/** Searches texts for some secrets. Most texts are too short for any, and then no form of them is made. */
export class SecretSearch {
  readonly #secrets: readonly string[]
  readonly #minLength: number
  #forms: SecretForms | null = null

  constructor(secrets: readonly string[]) {
    this.#secrets = secrets
    this.#minLength = Math.min(...secrets.map((secret) => squeeze(secret).length))
  }

  /**
   * Whether one of the readings of a text holds one of the secrets: in any case of letters, and with anything
   * between the letters of a long one.
   */
  finds(readings: readonly string[]): boolean {
    return readings.some((reading) => {
      const searched = reading.toLowerCase()
      // An escape can complete a token: JSON writes a line break before `abc` as `\nabc`.
      const escaped = /\p{Cc}/u.test(searched) ? JSON.stringify(searched) : ''
      if (searched.length + escaped.length < this.#minLength) return false
      this.#forms ??= formsOf(this.#secrets)
      const { plain, squeezed } = this.#forms
      const core = squeeze(searched + escaped)
      return (
        [...plain].some((form) => searched.includes(form) || escaped.includes(form)) ||
        [...squeezed].some((form) => core.includes(form))
      )
    })
  }
}

function formsOf(secrets: readonly string[]): SecretForms {
  const plain = new Set<string>()
  const squeezed = new Set<string>()
  for (const secret of secrets) {
    const cased = new Set([secret, secret.toLowerCase(), secret.toUpperCase()])
    for (const form of [...cased].flatMap((text) => [text, hexOf(text), ...base64FormsOf(text)])) {
      const core = squeeze(form)
      if (core.length >= MIN_SQUEEZED) squeezed.add(core)
      else plain.add(form.toLowerCase())
    }
  }
  return { plain, squeezed }
}

/**
 * The text with a mark in the place of each token that it names, and of the secrets of webhooks in its
 * addresses. `note` gets what was taken off.
 */
export function withoutNamedTokens(
  text: string,
  mark: string,
  note: (token: string) => void = () => undefined,
): string {
  if (!SUSPICIOUS.test(text)) return text
  return PATTERNS.reduce(
    (rest, pattern) =>
      rest.replace(pattern, (whole: string, before: string, token: string) => {
        if (token.startsWith(mark)) return whole
        note(token)
        return before + mark
      }),
    text,
  )
}

/** The pattern of what stands between two brackets. */
function insideOf(open: string, close: string): string {
  const plain = `[^${open}${close}]`
  const inner = `${open}(?:${plain}|${open}${plain}{0,500}${close}){0,500}${close}`
  return `(?:${plain}|${inner}){1,4000}`
}

function squeeze(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '')
}

function hexOf(secret: string): string {
  const bytes = new TextEncoder().encode(secret)
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
