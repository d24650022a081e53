/** The search among the events of a portal: by event, by field, by fate and by destination. */
import type { EventView, FateView } from '../../../core/views/event-views.ts'

/** The fates that a search may name, and the two states of an event that have no fate. */
export const SEARCHED_FATES = [
  'waiting',
  'delivered',
  'parked',
  'filtered',
  'unchanged',
  'expired',
  'quarantined',
  'thin',
] as const satisfies readonly (FateView['state'] | 'quarantined' | 'thin')[]

/** One of these. */
export type SearchedFate = (typeof SEARCHED_FATES)[number]

/** A search; empty texts and null ask for nothing. */
export interface EventSearch {
  /** A part of the event's name. */
  readonly event: string
  /** A part of anything that the event tells: its field, an id, a value. */
  readonly field: string
  readonly fate: SearchedFate | null
  /** The destination whose fate counts; empty for any. */
  readonly destination: string
  /** The sequence before which the page begins; null for the newest events. */
  readonly before: number | null
}

/** The longest text of a search. */
const MAX_TEXT = 200

/** Reads a search out of an address. A part of it that cannot be understood asks for nothing. */
export function parseEventSearch(query: URLSearchParams): EventSearch {
  const text = (name: string): string => (query.get(name) ?? '').trim().slice(0, MAX_TEXT)
  const before = text('before')
  return {
    event: text('event'),
    field: text('field'),
    fate: SEARCHED_FATES.find((fate) => fate === query.get('fate')) ?? null,
    destination: text('destination'),
    before: /^[1-9]\d{0,14}$/.test(before) ? Number(before) : null,
  }
}

/** Whether a search asks for anything but a page. */
export function isSearching({ event, field, fate, destination }: EventSearch): boolean {
  return event !== '' || field !== '' || fate !== null || destination !== ''
}

/** The search as the query of an address, with its question mark; empty for a search that asks for nothing. */
export function formatEventSearch(search: EventSearch): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(search)) {
    if (value !== null && value !== '') query.set(name, String(value))
  }
  return query.size === 0 ? '' : `?${query.toString()}`
}

/** Whether an event is one of those that are looked for. */
export function isFound(search: EventSearch, view: EventView): boolean {
  return (
    view.event.toLowerCase().includes(search.event.toLowerCase()) &&
    hasText(search.field, view) &&
    hasFate(search, view)
  )
}

function hasText(wanted: string, { fields, changes, userName }: EventView): boolean {
  if (wanted === '') return true
  return JSON.stringify([fields, changes, userName]).toLowerCase().includes(quoted(wanted))
}

/** A text as it stands inside of JSON. */
function quoted(text: string): string {
  return JSON.stringify(text.toLowerCase()).slice(1, -1)
}

function hasFate({ fate, destination }: EventSearch, view: EventView): boolean {
  const fates = Object.entries(view.fates)
    .filter(([name]) => destination === '' || name === destination)
    .map(([, { state }]) => state)
  switch (fate) {
    case null:
      return destination === '' || fates.length > 0
    case 'quarantined':
      return view.quarantined
    case 'thin':
      return view.enrichment === 'unavailable'
    case 'waiting':
    case 'delivered':
    case 'parked':
    case 'filtered':
    case 'unchanged':
    case 'expired':
      return fates.includes(fate)
  }
}
