/** The callers that were not let through, as the operator sees them. */
import * as v from 'valibot'
import type { ListedRefusalReason, RefusedCallerRequest } from '../refused-caller.ts'
import { listOf, TextOrNullSchema, TimeOrNullSchema, wordOf } from './schema.ts'

const RefusedCallerViewSchema = v.object({
  at: TimeOrNullSchema,
  network: v.string(),
  memberId: TextOrNullSchema,
  known: v.boolean(),
  request: wordOf<RefusedCallerRequest>(),
  reason: wordOf<ListedRefusalReason>(),
})

/** The type of this view. */
export type RefusedCallerView = v.InferOutput<typeof RefusedCallerViewSchema>

/** All of them, the youngest first. */
export const RefusedCallersSchema = v.object({ refused: listOf(RefusedCallerViewSchema) })
