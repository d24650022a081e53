/** Small texts that several commands write. */
import type { FateView } from '../../src/core/views/event-views.ts'
import type { Tone, Words } from './printer.ts'

/** A time as a table shows it, in UTC and without milliseconds; a dash for none. */
export function timeText(time: string | null): string {
  return time === null ? '-' : time.replace('T', ' ').replace(/\.\d+Z$/, 'Z')
}

/** A text, or a dash for none. */
export function textOr(text: string | number | null): string {
  return text === null || text === '' ? '-' : String(text)
}

/** A number with its noun. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** States that somebody has to mend are bad; those that an operator has chosen, or that may pass, are a warning. */
const TONES: Readonly<Record<string, Tone>> = {
  active: 'good',
  delivered: 'good',
  ok: 'good',
  paused: 'warning',
  retrying: 'warning',
  pending: 'warning',
  unfinished: 'warning',
  waiting: 'warning',
  removed: 'quiet',
  filtered: 'quiet',
  unchanged: 'quiet',
}

/** The end of a destination's want for a value of a portal; null for no portal. */
export function noValueRemedy(portal: string | null): string {
  return portal === null
    ? 'Name a portal that has the values: --portal <portal>'
    : `Store the value that the destination names as $portal.NAME: \`npm run relay -- values set ${portal} NAME\``
}

/** A state with the tone that belongs to it. */
export function stateWords(state: string): Words {
  return { text: state, tone: TONES[state] ?? 'bad' }
}

/** The fates of an event in one line, for example `erp delivered, crm parked (http_422)`. */
export function fatesText(fates: Readonly<Record<string, FateView>>): string {
  return Object.entries(fates)
    .map(([destination, { state, reason }]) => {
      return `${destination} ${state}${reason === null ? '' : ` (${reason})`}`
    })
    .join(', ')
}
