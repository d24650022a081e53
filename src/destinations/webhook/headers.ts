/**
 * The setting `headers` of a `webhook`: headers that a receiver, or a gateway before it, wants to see.
 * Values are secrets, as most of them are keys.
 */
import { err, ok, type Result } from '../../core/result.ts'
import type { SettingProblem } from '../settings/setting-problem.ts'
import { isTable } from '../settings/references.ts'

const MAX_HEADERS = 20
const MAX_VALUE_LENGTH = 4096

/** Shorter values are not looked for in reasons: they would be found in every second word. */
const MIN_SECRET_LENGTH = 6

// RFC 9110, section 5.6.2.
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/

// RFC 9110, section 5.5, without obs-text: Node sends it as Latin-1 and workerd as UTF-8.
const FIELD_VALUE = /^[!-~](?:[\t -~]*[!-~])?$/

// What the relay itself says about the body; another word for it would be a lie.
const OURS = ['content-type', 'content-encoding', 'content-length', 'user-agent']

// Of the connection, not of the message: the platform sets them, or a request would break in two.
const HOP =
  'host connection keep-alive transfer-encoding te trailer upgrade expect accept-encoding via'

// A session of a browser: it expires, and answers that renew it are not kept.
const SESSION = ['cookie', 'cookie2']

// Cloudflare keeps `cdn-loop` and `cf-` for itself, fetch keeps `proxy-` and `sec-`. Node's Headers drop the
// name `__proto__` in silence.
const KEPT = ['cdn-loop', '__proto__']

const RESERVED: ReadonlySet<string> = new Set([...OURS, ...HOP.split(' '), ...SESSION, ...KEPT])
const RESERVED_PREFIXES: readonly string[] = ['webhook-', 'cf-', 'proxy-', 'sec-']

/** Extra headers by their names in lower case. */
export type ExtraHeaders = Readonly<Record<string, string>>

/** Reads the table; every problem is told, none shows a value. */
export function readHeaders(setting: unknown): Result<ExtraHeaders, readonly SettingProblem[]> {
  if (setting === undefined) return ok({})
  if (!isTable(setting)) return refuse('Must be a table of names and texts')
  const entries = Object.entries(setting)
  if (entries.length > MAX_HEADERS) {
    return refuse(`Must hold at most ${MAX_HEADERS} headers`)
  }
  const headers = new Map<string, string>()
  const problems: SettingProblem[] = []
  for (const [index, [name, value]] of entries.entries()) {
    const key = name.toLowerCase()
    const wrong = findProblem(key, value, { isRepeated: headers.has(key) })
    // A name that is none is not repeated: somebody may have put a value in its place.
    if (!TOKEN.test(name)) {
      const wanted = `Entry ${index + 1} must have a name of letters, digits and -`
      problems.push({ setting: 'headers', problem: wanted })
    } else if (wrong !== null) problems.push({ setting: `headers.${name}`, problem: wrong })
    else headers.set(key, String(value))
  }
  return problems.length === 0 ? ok(Object.fromEntries(headers)) : err(problems)
}

function findProblem(
  name: string,
  value: unknown,
  { isRepeated }: { isRepeated: boolean },
): string | null {
  if (RESERVED.has(name) || RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix))) {
    return 'Must not be set, as the relay and its platform keep this name for themselves'
  }
  if (isRepeated) return 'Must not be set twice, as case does not matter in names of headers'
  if (typeof value !== 'string' || value === '') return 'Must be a text'
  if (value.length > MAX_VALUE_LENGTH) {
    return `Must be at most ${MAX_VALUE_LENGTH} characters long`
  }
  if (FIELD_VALUE.test(value)) return null
  return 'Must hold printable ASCII characters only, on one line, without blanks at its ends'
}

/** What of the headers no reason may show: each value, and a credential also without its scheme. */
export function maskedPartsOfHeaders(headers: ExtraHeaders): readonly string[] {
  return Object.values(headers)
    .flatMap((value) => [value, value.replace(/^\S+[\t ]+/, '')])
    .filter((part) => part.length >= MIN_SECRET_LENGTH)
}

function refuse(problem: string): Result<never, readonly SettingProblem[]> {
  return err([{ setting: 'headers', problem }])
}
