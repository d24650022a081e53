/**
 * Every event of Bitrix24's documentation, to be sent from the page: its name, its words and its data. The bodies are
 * those that the tests replay.
 */
import { readFileSync } from 'node:fs'
import { displayName } from '../src/core/events/event-names.ts'
import { baseOf, meaningOf } from '../src/core/events/topics.ts'
import type { Json } from '../src/core/log/event.ts'
import { catalogueOf } from '../src/destinations/language/languages.ts'
import { describeKindOfHappening } from '../src/destinations/message/events/sentence.ts'
import { plainText } from '../src/destinations/message/text/line.ts'

/** An event that the page can send. */
export interface DocumentedEvent {
  /** As the documentation spells it. */
  readonly name: string
  /** What it says, in English, for example `Task created`. */
  readonly words: string
  /** The data of the documentation's example. */
  readonly data: Json
}

const BODIES = new URL('../test/fixtures/bitrix24-events/events.ndjson', import.meta.url)

/**
 * The documented events, one example of each, by their names. Events of the application itself are left out, since no
 * receiver gets them, and so are those of one type of records, which say what the events of all types say.
 */
export const DOCUMENTED_EVENTS: readonly DocumentedEvent[] = readEvents()

function readEvents(): readonly DocumentedEvent[] {
  const events = new Map<string, DocumentedEvent>()
  for (const line of readFileSync(BODIES, 'utf8').trim().split('\n')) {
    // Sound: the tests read every line of the file.
    const { event, data } = JSON.parse(line) as { readonly event: string; readonly data: Json }
    const code = event.toUpperCase()
    const name = displayName(code)
    const isMisspelt = meaningOf(code)?.topic.misspelt?.[name] !== undefined
    const isTwin = baseOf(code) !== null
    if (code.startsWith('ONAPP') || isMisspelt || isTwin || events.has(name)) continue
    const words = catalogueOf('en')
    const sentence = describeKindOfHappening({ name: code, data, userId: null }, words)
    events.set(name, { name, words: plainText(sentence), data })
  }
  return [...events.values()].toSorted((one, other) => one.name.localeCompare(other.name, 'en'))
}
