/** A message for people by its parts, before a receiver lays it out, as the operator sees it. */
import * as v from 'valibot'
import { listOf, TextOrNullSchema, wordOf } from './schema.ts'

const LineSchema = listOf(
  v.object({ text: v.string(), style: wordOf<'plain' | 'strong' | 'code' | 'faint'>() }),
)

/** The parts of a message, in the order of reading. */
export const MessageViewSchema = v.object({
  title: LineSchema,
  lead: LineSchema,
  /** The alert: what keeps the relay from telling more; null in the usual case. */
  alert: TextOrNullSchema,
  groups: listOf(v.object({ heading: LineSchema, lines: listOf(LineSchema) })),
  notes: listOf(v.string()),
  /** The words of the link to the portal; null without one. */
  link: TextOrNullSchema,
  portal: v.string(),
})

/** The type of this view. */
export type MessageView = v.InferOutput<typeof MessageViewSchema>

/** A line of a message. */
export type MessageLine = MessageView['title']
