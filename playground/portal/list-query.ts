/** Filter and order of Bitrix24's list methods, over rows that are already formatted. */
import { isParams } from './php-query.ts'
import type { Params, ParamValue } from './php-query.ts'

type Row = Readonly<Record<string, unknown>>

/** Keeps the rows that match every key; `=`, `!`, `@`, `>`, `>=`, `<`, `<=` and `%` may lead a key. */
export function filterRows<T extends Row>(rows: readonly T[], filter: Params): T[] {
  return rows.filter((row) =>
    Object.entries(filter).every(([key, wanted]) => matches(row, key, wanted)),
  )
}

/** Orders by the first key of `order`; numbers as numbers. */
export function sortRows<T extends Row>(rows: readonly T[], order: Params): T[] {
  const [entry] = Object.entries(order)
  if (entry === undefined) return [...rows]
  const [key, direction] = entry
  const sign = text(direction).toUpperCase() === 'DESC' ? -1 : 1
  return rows.toSorted((one, other) => sign * compare(text(one[key]), text(other[key])))
}

function matches(row: Row, key: string, wanted: ParamValue): boolean {
  const [, operator = '', name = ''] = /^(>=|<=|[=!@><%]?)(.*)$/.exec(key) ?? []
  const actual = text(row[name])
  const values = isParams(wanted)
    ? Object.values(wanted)
    : Array.isArray(wanted)
      ? wanted
      : [wanted]
  const isAmong = values.some((value) => text(value) === actual)
  const order = compare(actual, text(values[0]))
  switch (operator) {
    case '!':
      return !isAmong
    case '>':
      return order > 0
    case '>=':
      return order >= 0
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case '%':
      return actual.includes(text(values[0]))
    default:
      return isAmong
  }
}

function compare(one: string, other: string): number {
  const difference = Number(one) - Number(other)
  return Number.isNaN(difference) ? one.localeCompare(other) : difference
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
