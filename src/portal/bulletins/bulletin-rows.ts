/**
 * The rows of bulletins as typed values. A damaged bulletin is left out, and a damaged desk begins anew: the number of
 * the last bulletin is then taken from the bulletins that are there.
 */
import * as v from 'valibot'
import type { Json } from '../../core/log/event.ts'
import type { BulletinType, NumberedBulletin } from '../../core/bulletins/bulletin.ts'
import type { ParkReason } from '../../core/lanes/state/fate.ts'
import type { Desk } from '../../core/bulletins/desk.ts'

const NumberOrNull = v.fallback(v.nullable(v.number()), null)
const TextOrNull = v.fallback(v.nullable(v.string()), null)

const FateSchema = v.object({
  state: v.picklist(['delivered', 'parked', 'expired']),
  // Sound: the relay writes no other words, and one of another version is only shown.
  reason: v.fallback(v.nullable(v.custom<ParkReason>((word) => typeof word === 'string')), null),
  status: NumberOrNull,
  at: v.number(),
  attempts: v.number(),
})

// Sound: the relay has written it as JSON.
const DataSchema = v.custom<{ readonly [key: string]: Json }>(
  (data) => typeof data === 'object' && data !== null && !Array.isArray(data),
)

const BulletinSchema = v.object({
  // Sound: a type that only another version knows is told as it is.
  type: v.custom<BulletinType>((word) => typeof word === 'string'),
  about: TextOrNull,
  at: v.number(),
  data: DataSchema,
  to: v.fallback(v.array(v.string()), []),
  fates: v.fallback(v.record(v.string(), FateSchema), {}),
})

const DeskSchema = v.object({
  last: v.pipe(v.number(), v.safeInteger()),
  seen: v.number(),
  compared: v.number(),
  open: v.array(v.string()),
  toldAt: v.record(v.string(), v.number()),
  parked: v.record(v.string(), v.number()),
  install: v.object({ key: TextOrNull, updatedTs: NumberOrNull }),
  // Older versions stored none.
  refused: v.fallback(
    v.nullable(v.object({ count: v.number(), since: v.number(), at: v.number() })),
    null,
  ),
})

/** A bulletin as its row tells it; null when the row is damaged. */
export function parseBulletin(n: number, stored: unknown): NumberedBulletin | null {
  const parsed = v.safeParse(BulletinSchema, stored)
  return parsed.success ? { n, ...parsed.output } : null
}

/** The desk as its row tells it; null when the row is damaged. */
export function parseDesk(stored: unknown): Desk | null {
  const parsed = v.safeParse(DeskSchema, stored)
  return parsed.success ? parsed.output : null
}
