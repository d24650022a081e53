/**
 * Every event of Bitrix24's documentation: `events.ndjson` holds one body each, and `meanings.txt` what a reader of
 * the documentation would say that it means. The two have the same lines in the same order.
 */
import type { Json } from '../../../src/core/log/event.ts'
import bodies from '../../fixtures/bitrix24-events/events.ndjson?raw'
import meanings from '../../fixtures/bitrix24-events/meanings.txt?raw'

/** One line of the documentation's events. */
export interface DocumentedEvent {
  readonly line: number
  /** As the body names it. */
  readonly event: string
  /** The body up to the time. */
  readonly query: string
  /** What a decoder makes of the body's data. */
  readonly data: Json
  readonly spelling: string
  /** Kind of the topic and verb, for example `deal added`. */
  readonly meaning: string
  /** Kind and id, for example `deal 6641`; `-` for none. */
  readonly subject: string
  /** Kinds and ids of everything else, with commas; `-` for none. */
  readonly related: string
  /** The path of the link for an event of user 1; `-` for none. */
  readonly path: string
}

const MEANINGS = meanings.trim().split('\n')

/** All lines. */
export const DOCUMENTED_EVENTS: readonly DocumentedEvent[] = bodies
  .trim()
  .split('\n')
  .map((text, index) => {
    const { event, query, data } = JSON.parse(text) as {
      event: string
      query: string
      data: Json
    }
    const [line, spelling = '', meaning = '', subject = '', related = '', path = ''] = (
      MEANINGS[index] ?? ''
    ).split(' | ')
    if (Number(line) !== index + 1) throw new Error(`Line ${index + 1} has no meaning`)
    return { line: index + 1, event, query, data, spelling, meaning, subject, related, path }
  })

/** Those that a destination gets. The relay takes the events of the application itself for itself. */
export const DELIVERED_EVENTS: readonly DocumentedEvent[] = DOCUMENTED_EVENTS.filter(
  ({ event }) => !event.toUpperCase().startsWith('ONAPP'),
)
