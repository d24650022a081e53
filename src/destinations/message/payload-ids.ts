/**
 * Picks the ids out of an event's payload, so that a person can find the object; nothing else of it is told.
 */
import type { Json } from '../../core/log/event.ts'
import { safeText } from './safe-text.ts'

const ID_KEY = /(?:^|_)ID$/i
const MAX_DEPTH = 4
const MAX_TEXT = 40

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

interface Member {
  readonly name: string
  readonly value: Json
  readonly depth: number
}

function collect({ name, value, depth }: Member, found: PayloadId[], maxCount: number): void {
  if (found.length >= maxCount || depth > MAX_DEPTH || value === null) return
  if (typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) {
      collect({ name: key, value: inner, depth: depth + 1 }, found, maxCount)
    }
    return
  }
  const text = safeText(String(value), MAX_TEXT)
  if (ID_KEY.test(name) && text !== '') found.push({ name: safeText(name, MAX_TEXT), value: text })
}
