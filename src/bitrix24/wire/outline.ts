/**
 * Reads the outline of a body that is too long or too deep to be read for a stranger: its sender, the event that it
 * names, and of a form the first parameters. One pass over the text, and no more of it is decoded than that.
 */
import type { Json } from '../../core/log/event.ts'
import { parseForm } from './form.ts'
import { createObject, endOfString, parseJson, STRICT_LIMITS, type JsonObject } from './json.ts'

const MAX_NAMED = 100
const MAX_OTHERS = 200

const AMPERSAND = 0x26

// The parameters that say what the body is, with their brackets plain or encoded.
const NAMED = /^(?:event|event_handler_id|ts|auth(?:\[|%5b)\w{1,40}(?:\]|%5d))=/i

// The longest name of a parameter that is looked at.
const MAX_NAME = 400

/** The outline of a form; null when even the outline cannot be read. */
export function readFormOutline(body: string): JsonObject | null {
  const named: string[] = []
  const others: string[] = []
  for (let start = 0; start < body.length;) {
    const separator = body.indexOf('&', start)
    const end = separator === -1 ? body.length : separator
    if (body.charCodeAt(start) !== AMPERSAND) {
      if (isNamed(body, start)) named.push(body.slice(start, end))
      else if (others.length < MAX_OTHERS && isShallow(body, { start, end })) {
        others.push(body.slice(start, end))
      }
    }
    start = end + 1
  }
  const parsed = parseForm([...others, ...named.slice(-MAX_NAMED)].join('&'))
  return parsed.ok ? parsed.value : null
}

function isNamed(body: string, start: number): boolean {
  const first = body.charCodeAt(start) | 0x20
  // Only `e`, `t` and `a` begin such a name, so most parameters are passed without a copy.
  return (
    (first === 0x65 || first === 0x74 || first === 0x61) &&
    NAMED.test(body.slice(start, start + 60))
  )
}

function isShallow(body: string, { start, end }: { start: number; end: number }): boolean {
  const equals = body.indexOf('=', start)
  const nameEnd = equals === -1 || equals > end ? end : equals
  if (nameEnd - start > MAX_NAME) return false
  const brackets = body.slice(start, nameEnd).match(/\[|%5b/gi)?.length ?? 0
  return brackets < STRICT_LIMITS.depth
}

const MEMBERS: ReadonlySet<string> = new Set(['event', 'event_handler_id', 'ts', 'auth'])

/** The outline of a JSON object: its members that say what the body is; null for a text that is no object. */
export function readJsonOutline(body: string): JsonObject | null {
  const outline: Record<string, Json> = createObject()
  let depth = 0
  let key: string | null = null
  let valueStart = -1
  for (let index = 0; index < body.length; index += 1) {
    const character = body[index]
    if (character === '"') {
      const end = endOfString(body, index)
      if (depth === 1 && valueStart === -1 && end - index < 40) key = body.slice(index + 1, end)
      index = end
    } else if (depth === 1 && character === ':' && valueStart === -1) {
      valueStart = index + 1
    } else if (depth === 1 && (character === ',' || character === '}')) {
      if (key !== null && valueStart !== -1 && MEMBERS.has(key)) {
        const value = parseJson(body.slice(valueStart, index))
        if (value.ok) outline[key] = value.value
      }
      key = null
      valueStart = -1
      if (character === '}') depth -= 1
    } else if (character === '{' || character === '[') depth += 1
    else if (character === '}' || character === ']') depth -= 1
  }
  return depth === 0 && /^\s*\{/.test(body) ? outline : null
}
