/**
 * The sealed records of a portal by their keys, so that an operator knows when a former key may go. It holds no secret.
 */
import * as v from 'valibot'
import { listOf } from './schema.ts'

/** The records that one key has sealed. */
export const KeySealsSchema = v.object({
  /** The id of the key in `TOKEN_KEYS`. */
  key: v.string(),
  /** False for a key that is configured no more: nothing opens its records. */
  configured: v.boolean(),
  /** Whether new records are sealed under it. */
  newest: v.boolean(),
  records: v.number(),
})

/** The sealed records in the portal's own storage. */
export const SealsViewSchema = v.object({
  /** Every configured key, newest first, and then each further one that a record names. */
  keys: listOf(KeySealsSchema),
  /** Whether the copy of the install in KV is behind, so that it may name a former key still. */
  copyBehind: v.boolean(),
})

/** The type of this view. */
export type SealsView = v.InferOutput<typeof SealsViewSchema>

/** The answer of `GET /admin/api/portals/{memberId}/seals`: the same, and what waits in KV, sealed as it came. */
export const ShownSealsSchema = v.object({
  memberId: v.string(),
  ...SealsViewSchema.entries,
  spilled: v.number(),
  spillRefused: v.number(),
})
