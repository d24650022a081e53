/**
 * Picks the ids out of the payload of an event whose topic the relay does not know, so that a person can find the
 * object; nothing else of it is told.
 */
import type { Json } from '../../../core/log/event.ts'
import type { Catalogue } from '../../language/catalogue.ts'
import { fillSpans, foreign, own, type Line } from '../text/line.ts'
import { safeText } from '../text/safe-text.ts'

const ID_KEY = /(?:^|_)[Ii][Dd]$|[a-z]Id$/
// The keys that are left out: they name a portal or an application, or hold an authorization, by which nobody finds
// an object.
const USELESS_KEY = /^(?:auth|member_?id|client_?id)$/i
// The text that Bitrix24 writes where PHP has nothing, and what JSON knows beside numbers and texts.
const NO_ID = /^(?:undefined|true|false)$/
const MAX_DEPTH = 4
// The longest ids are those of calls, with 60 characters. No id is cut.
const MAX_TEXT = 120

/** The most ids of one payload that a message tells. */
export const MAX_IDS = 5

// More values make a line that nobody reads.
const MAX_IDS_OF_A_LINE = 10

/** One id: its key (`ID`, `ENTITY_TYPE_ID`) and its value. */
export interface PayloadId {
  readonly name: string
  readonly value: string
}

/** The first ids of a payload in their order. A payload that is a single text or number is an id itself. */
export function listIds(payload: Json, maxCount: number): readonly PayloadId[] {
  const found: PayloadId[] = []
  collect({ name: 'ID', value: payload, depth: 0 }, found, maxCount)
  return found
}

/** Ids as they are read: `ID: 42 · OWNER_ID: 7`. */
export function writeIds(ids: readonly PayloadId[], words: Catalogue): Line {
  return ids.flatMap(({ name, value }, index) => [
    ...(index === 0 ? [] : [own(' · ')]),
    ...writeId(name, [value], words),
  ])
}

/**
 * The ids of several payloads, each once. Payloads with one id of the same key share their lines:
 * `ID: 42, 43, 57`.
 */
export function listIdLines(payloads: readonly Json[], words: Catalogue): readonly Line[] {
  const lists = payloads.map((payload) => listIds(payload, MAX_IDS))
  const byName = new Map<string, Set<string>>()
  const others = new Map<string, Line>()
  for (const ids of lists) {
    const [first, second] = ids
    if (first === undefined) continue
    if (second !== undefined) others.set(JSON.stringify(ids), writeIds(ids, words))
    else byName.set(first.name, (byName.get(first.name) ?? new Set()).add(first.value))
  }
  const shared = [...byName].flatMap(([name, values]) =>
    chunksOf([...values], MAX_IDS_OF_A_LINE).map((chunk) => writeId(name, chunk, words)),
  )
  return [...shared, ...others.values()]
}

function writeId(name: string, values: readonly string[], words: Catalogue): Line {
  const list = values.flatMap((value, index) => [
    ...(index === 0 ? [] : [own(', ')]),
    foreign(value, 'code'),
  ])
  return fillSpans(words.labelled, { label: [foreign(name)], value: list })
}

function chunksOf(values: readonly string[], size: number): readonly (readonly string[])[] {
  const count = Math.ceil(values.length / size)
  return Array.from({ length: count }, (_chunk, index) =>
    values.slice(index * size, (index + 1) * size),
  )
}

interface Member {
  readonly name: string
  readonly value: Json
  readonly depth: number
}

function collect({ name, value, depth }: Member, found: PayloadId[], maxCount: number): void {
  if (found.length >= maxCount || depth > MAX_DEPTH || value === null) return
  if (USELESS_KEY.test(name)) return
  if (typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) {
      collect({ name: key, value: inner, depth: depth + 1 }, found, maxCount)
    }
    return
  }
  const text = safeText(String(value), MAX_TEXT)
  if (ID_KEY.test(name) && text !== '' && !NO_ID.test(text))
    found.push({ name: safeText(name, MAX_TEXT), value: text })
}
