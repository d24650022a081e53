/**
 * The stored forms of an event and of its enrichment, as JSON text. An older version of the relay left members
 * out; they are completed here and nowhere else. A member that only tells more about an event, and is damaged,
 * counts as unknown: the event is still told.
 */
import * as v from 'valibot'
import { FIELD_ACTION_NAMES, FIELD_FAMILY_NAMES } from '../../../core/events/event-names.ts'
import {
  QUARANTINE_REASONS,
  THIN_REASONS,
  type Enrichment,
  type Json,
  type RelayEvent,
} from '../../../core/log/event.ts'

// Sound for both: everything that comes out of `JSON.parse` is JSON at every depth.
const JsonSchema: v.GenericSchema<unknown, Json> = v.custom<Json>((value) => value !== undefined)

const MapSchema = v.custom<{ readonly [key: string]: Json }>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
)

const NumberOrNull = v.nullable(v.number())
const Sequences = v.optional(v.array(v.number()), [])

const UserFieldSchema = v.looseObject({
  family: v.picklist(FIELD_FAMILY_NAMES),
  action: v.picklist(FIELD_ACTION_NAMES),
  id: v.number(),
  entityId: v.string(),
  fieldName: v.string(),
})

const RelayEventSchema: v.GenericSchema<unknown, RelayEvent> = v.looseObject({
  name: v.string(),
  ts: v.fallback(NumberOrNull, null),
  handlerId: v.fallback(v.nullable(v.string()), null),
  userId: v.fallback(NumberOrNull, null),
  data: v.optional(JsonSchema, null),
  field: v.nullable(UserFieldSchema),
  quarantined: v.nullable(
    v.pipe(
      v.string(),
      // A reason of a later version is not known here. The event stays quarantined without it.
      v.transform(
        (word) => QUARANTINE_REASONS.find((reason) => reason === word) ?? 'unreadable_row',
      ),
    ),
  ),
  isUserless: v.exactOptional(v.fallback(v.boolean(), false)),
  sentName: v.exactOptional(v.string()),
  sentTs: v.exactOptional(JsonSchema),
  bodyLength: v.exactOptional(v.number()),
  erased: v.exactOptional(v.object({ at: v.number(), filtered: v.record(v.string(), v.string()) })),
})

const EnrichmentSchema: v.GenericSchema<unknown, Enrichment> = v.object({
  status: v.picklist(['complete', 'unavailable', 'not_applicable']),
  // The reason of a later version is not shown: messages have no words for it.
  reason: v.fallback(v.optional(v.nullable(v.picklist(THIN_REASONS)), null), null),
  changes: v.optional(
    v.nullable(v.array(v.object({ attribute: v.string(), before: JsonSchema, after: JsonSchema }))),
    null,
  ),
  field: v.optional(v.nullable(MapSchema), null),
  userName: v.optional(v.nullable(v.string()), null),
  toldBy: v.optional(NumberOrNull, null),
  covers: Sequences,
  users: v.optional(v.array(v.object({ id: v.number(), name: v.nullable(v.string()) })), []),
  coversUserless: v.exactOptional(v.fallback(v.boolean(), false)),
  completes: Sequences,
  repeats: v.exactOptional(v.number()),
  readAt: v.optional(NumberOrNull, null),
})

/** Reads the JSON text of an event; null for a text that is no event. */
export function parseEvent(text: string): RelayEvent | null {
  const stored = v.safeParse(RelayEventSchema, parseJson(text))
  return stored.success ? stored.output : null
}

/** Reads the JSON text of an enrichment; null for a text that is none. */
export function parseEnrichment(text: string): Enrichment | null {
  const stored = v.safeParse(EnrichmentSchema, parseJson(text))
  return stored.success ? stored.output : null
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Swallows a SyntaxError: the row was damaged outside of this program, or its text was never JSON.
    return null
  }
}
