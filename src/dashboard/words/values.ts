/** Values of foreign data as one line of text. */
import type { Json } from '../../core/log/event.ts'

/** The most characters of a value in a list; its own page shows it as a whole. */
const SHORT = 120

/** A value as text: a text as it is, everything else as JSON. */
export function formatValue(value: Json): string {
  if (value === null || value === '') return '(empty)'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The same, cut for a list. */
export function formatListValue(value: Json): string {
  const text = formatValue(value)
  return text.length > SHORT ? `${text.slice(0, SHORT)}…` : text
}

/** Bytes in the largest unit that leaves a whole number: `12 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB']
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10))
  return `${Math.round(bytes / 1024 ** power)} ${units[power]}`
}
