/**
 * The setting `headers` of a `webhook`: further headers that a receiver, or a gateway in front of it, wants.
 * Their values are secrets, as most of them are keys.
 */
import { err, ok, type Result } from '../../core/result.ts'
import type { SettingProblem } from '../settings/setting-problem.ts'
import { isTable } from '../settings/references.ts'

const MAX_HEADERS = 20
const MAX_VALUE_LENGTH = 4096

/** A shorter value is not masked in reasons, as harmless words would be masked with it. */
const MIN_SECRET_LENGTH = 6

// The name of a header (RFC 9110, section 5.6.2).
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/

// The value of a header (RFC 9110, section 5.5) in ASCII: Node sends other characters as Latin-1, workerd as
// UTF-8 (docs/cloudflare.md#fetch).
const FIELD_VALUE = /^[!-~](?:[\t -~]*[!-~])?$/

// These describe the body, and the relay sets them itself.
const OURS = ['content-type', 'content-encoding', 'content-length', 'user-agent']

// These belong to the connection, and the platform sets them: with a wrong one a request could become two.
const HOP =
  'host connection keep-alive transfer-encoding te trailer upgrade expect accept-encoding via'

// The session of a browser ends, and the relay does not keep the answers that would renew it.
const SESSION = ['cookie', 'cookie2']

// Cloudflare keeps `cdn-loop` and `cf-…` for itself, fetch keeps `proxy-…` and `sec-…`
// (docs/cloudflare.md#fetch). The Headers of Node drop the name `__proto__` in silence.
const KEPT = ['cdn-loop', '__proto__']

const RESERVED: ReadonlySet<string> = new Set([...OURS, ...HOP.split(' '), ...SESSION, ...KEPT])
const RESERVED_PREFIXES: readonly string[] = ['webhook-', 'cf-', 'proxy-', 'sec-']

/** Extra headers by their names in lower case. */
export type ExtraHeaders = Readonly<Record<string, string>>

/** Reads the table, or says everything that is wrong with it; no problem shows a value. */
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
    // A wrong name is not shown, as somebody may have written a value in its place.
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

/** The parts of the headers that no reason may show: each value, and of `Bearer abc…` also the second word. */
export function maskedPartsOfHeaders(headers: ExtraHeaders): readonly string[] {
  return Object.values(headers)
    .flatMap((value) => [value, value.replace(/^\S+[\t ]+/, '')])
    .filter((part) => part.length >= MIN_SECRET_LENGTH)
}

function refuse(problem: string): Result<never, readonly SettingProblem[]> {
  return err([{ setting: 'headers', problem }])
}
