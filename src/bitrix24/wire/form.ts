/**
 * Parses form bodies in PHP's bracket notation, for example `data[FIELDS][ID]=235`. PHP's
 * `http_build_query` has written them, so they are read as PHP's `parse_str` would. The pairs in
 * `test/fixtures/php-forms.json` were made by PHP itself; the few deliberate differences stand at the head
 * of that file, with reasons.
 */
import type { Json } from '../../core/log/event.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { createObject, STRICT_LIMITS, type JsonObject } from './json.ts'

const ENCODER = new TextEncoder()
const DECODER = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true })

const SPACE = 0x20
const PERCENT = 0x25
const AMPERSAND = 0x26
const PLUS = 0x2b
const DOT = 0x2e
const BRACKET = 0x5b
const UNDERSCORE = 0x5f

/** The reason why a form body is refused as a whole. */
export type FormError = 'too_many_parameters' | 'too_deep'

/**
 * Parses a form body into objects without a prototype, and into arrays where the keys are 0, 1, 2 … in order.
 *
 * A body with more parameters, or a key with more parts, than the limits allow is refused. Bytes that are not UTF-8
 * become U+FFFD, and a parameter with a part `__proto__` is left out. The time grows linearly with the body.
 */
export function parseForm(body: string, limits = STRICT_LIMITS): Result<JsonObject, FormError> {
  const root = createBranch()
  let parameters = 0
  for (let start = 0; start < body.length;) {
    if (body.charCodeAt(start) === AMPERSAND) {
      start += 1
      continue
    }
    const separator = body.indexOf('&', start)
    const end = separator === -1 ? body.length : separator
    parameters += 1
    if (parameters > limits.values) return err('too_many_parameters')
    const { name, value } = splitParameter(body.slice(start, end))
    const path = parsePath(name, limits.depth)
    if (path === 'too_deep') return err(path)
    if (path !== 'ignored') assign(root, path, value)
    start = end + 1
  }
  return ok(toObject(root))
}

/** A PHP array while it is built; its keys stand in the order of their first use. */
interface Branch {
  readonly entries: Map<string, string | Branch>
  /** The key of the next `[]`: one more than the largest integer key so far; null before the first one. */
  nextIndex: bigint | null
}

function createBranch(): Branch {
  return { entries: new Map(), nextIndex: null }
}

function splitParameter(parameter: string): { readonly name: string; readonly value: string } {
  const equals = parameter.indexOf('=')
  if (equals === -1) return { name: decodeComponent(parameter), value: '' }
  return {
    name: decodeComponent(parameter.slice(0, equals)),
    value: decodeComponent(parameter.slice(equals + 1)),
  }
}

/** The parts of a name; `[]` is null. Example: `a[b][]` has the parts `a`, `b` and null. */
type Path = readonly [string, ...(string | null)[]]

/** Splits a name into its parts as PHP does, in `php_register_variable_ex` of main/php_variables.c. */
function parsePath(decoded: string, maxDepth: number): Path | 'too_deep' | 'ignored' {
  const name = cString(decoded).replace(/^ +/, '')
  const firstBracket = name.indexOf('[')
  const head = mangle(firstBracket === -1 ? name : name.slice(0, firstBracket))
  if (head === '' || isForbidden(head, name)) return 'ignored'
  const path: [string, ...(string | null)[]] = [head]
  for (let open = firstBracket; open !== -1;) {
    const part = readPart(name, open)
    if (part === null) {
      if (path.length === 1) path[0] = mangle(name)
      break
    }
    path.push(part.key)
    if (path.length > maxDepth) return 'too_deep'
    // Any character between two pairs of brackets ends the name.
    open = name[part.close + 1] === '[' ? part.close + 1 : -1
  }
  return path.includes('__proto__') ? 'ignored' : path
}

/** Reads the part whose bracket opens at `open`; null when that bracket is never closed. */
function readPart(
  name: string,
  open: number,
): { readonly key: string | null; readonly close: number } | null {
  // PHP ignores one blank in empty brackets; these are the blanks of C's isspace().
  const start = /[ \t\n\v\f\r]/.test(name[open + 1] ?? '') ? open + 2 : open + 1
  if (name[start] === ']') return { key: null, close: start }
  const close = name.indexOf(']', start)
  return close === -1 ? null : { key: name.slice(open + 1, close), close }
}

/** Cuts a name at its first NUL, because PHP's names are C strings. */
function cString(text: string): string {
  const nul = text.indexOf('\0')
  return nul === -1 ? text : text.slice(0, nul)
}

/** Replaces blank, dot and bracket by `_`, as PHP does in names of variables. */
function mangle(name: string): string {
  if (!/[ .[]/.test(name)) return name
  // Works on bytes: replacing 256 K matches in a string would take longer than a whole body may.
  const bytes = ENCODER.encode(name)
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index]
    if (byte === SPACE || byte === DOT || byte === BRACKET) bytes[index] = UNDERSCORE
  }
  return DECODER.decode(bytes)
}

/** Whether mangling alone has made a cookie prefix of the name. PHP drops such names (CVE-2022-31629). */
function isForbidden(mangled: string, name: string): boolean {
  return ['__Host-', '__Secure-'].some(
    (prefix) => mangled.startsWith(prefix) && !name.startsWith(prefix),
  )
}

function assign(root: Branch, path: Path, value: string): void {
  let branch = root
  for (const [index, part] of path.entries()) {
    const key = part ?? nextKey(branch)
    // PHP drops an element for which no integer is left.
    if (key === null) return
    if (index === path.length - 1) {
      setEntry(branch, key, value)
      return
    }
    const existing = branch.entries.get(key)
    if (existing === undefined || typeof existing === 'string') {
      const created = createBranch()
      setEntry(branch, key, created)
      branch = created
    } else {
      branch = existing
    }
  }
}

const LARGEST_INDEX = 2n ** 63n - 1n

function nextKey(branch: Branch): string | null {
  const key = String(branch.nextIndex ?? 0n)
  return branch.entries.has(key) ? null : key
}

function setEntry(branch: Branch, key: string, entry: string | Branch): void {
  branch.entries.set(key, entry)
  const index = parseIndex(key)
  if (index === null || (branch.nextIndex !== null && index < branch.nextIndex)) return
  branch.nextIndex = index < LARGEST_INDEX ? index + 1n : LARGEST_INDEX
}

/** Reads the keys that PHP stores as 64-bit integers: no sign but minus, no leading zero. */
function parseIndex(key: string): bigint | null {
  if (!/^(?:0|-?[1-9]\d{0,18})$/.test(key)) return null
  const index = BigInt(key)
  return index >= -LARGEST_INDEX - 1n && index <= LARGEST_INDEX ? index : null
}

function toObject(branch: Branch): JsonObject {
  const object = createObject()
  for (const [key, entry] of branch.entries) object[key] = toJson(entry)
  return object
}

/** Decides between array and object as PHP's `json_encode` does. */
function toJson(entry: string | Branch): Json {
  if (typeof entry === 'string') return entry
  let expected = 0
  for (const key of entry.entries.keys()) {
    if (key !== String(expected)) return toObject(entry)
    expected += 1
  }
  return [...entry.entries.values()].map(toJson)
}

/** A `%` that is no escape, or the escape of a byte that is not ASCII. */
const UNUSUAL = /%(?![0-7][\dA-Fa-f])/

/** Undoes percent-encoding. A `%` without two hexadecimal digits after it stays as it is. */
function decodeComponent(text: string): string {
  if (!/[%+]/.test(text)) return text.toWellFormed()
  // The platform's own decoder is faster, and with nothing but escapes of ASCII it refuses nothing.
  if (!UNUSUAL.test(text)) return decodeURIComponent(text.replaceAll('+', ' ')).toWellFormed()
  return decodeBytes(text)
}

function decodeBytes(text: string): string {
  const bytes = ENCODER.encode(text)
  let length = 0
  for (let index = 0; index < bytes.length; index += 1) {
    let byte = bytes[index] ?? 0
    if (byte === PLUS) byte = SPACE
    else if (byte === PERCENT) {
      const high = hexDigit(bytes[index + 1])
      const low = hexDigit(bytes[index + 2])
      if (high !== null && low !== null) {
        byte = high * 16 + low
        index += 2
      }
    }
    bytes[length] = byte
    length += 1
  }
  return DECODER.decode(bytes.subarray(0, length))
}

function hexDigit(byte: number | undefined): number | null {
  if (byte === undefined) return null
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : null
}
