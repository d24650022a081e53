/**
 * docs/logs.md names every line that the code writes into the operator's log, with its levels and its fields, and
 * no other. The calls are read from the source; where a call takes its name or its fields from a variable, the
 * tables below say which, and the compiler keeps the closed ones complete.
 */
import { describe, expect, it } from 'vitest'
import page from '../../docs/logs.md?raw'
import type { OrderProgress } from '../../src/edge/orders.ts'
import type { RefusedReplay } from '../../src/edge/spill/replay-refused.ts'
import type { ParkedLine } from '../../src/portal/lanes/book/lane-lines.ts'
import type { ShortenedLog } from '../../src/portal/log/log-space.ts'
import type { FailureEvent } from '../../src/portal/scheduler.ts'
import type { DamagedRows } from '../../src/portal/state/damaged-rows.ts'

const SOURCES = import.meta.glob<string>(['../../src/**/*.ts', '../../src/**/*.tsx'], {
  query: '?raw',
  import: 'default',
  eager: true,
})

/** One way in which a line is written. */
interface Line {
  readonly name: string
  readonly levels: readonly string[]
  readonly fields: readonly string[]
}

/** Members of a union, each of them once. */
function all<Union extends string>(members: Record<Union, true>): readonly Union[] {
  // Sound: the record has exactly these keys.
  return Object.keys(members) as Union[]
}

type DamagedTable = Parameters<DamagedRows['tell']>[0]

/** The names of the lines whose name is no text in the call, by the expression that stands there. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  event: all<FailureEvent>({
    background_failed: true,
    fields_failed: true,
    lane_failed: true,
    alarm_failed: true,
  }),
  '`${part}_damaged`': all<DamagedTable>({
    install: true,
    pending: true,
    lanes: true,
    reconciliation: true,
    fields: true,
    field_shelves: true,
    migrations: true,
    segments: true,
    bulletins: true,
  }).map((table) => `${table}_damaged`),
}

const PARKED = all<keyof ParkedLine>({
  destination: true,
  sequence: true,
  reason: true,
  status: true,
  attempts: true,
})

/** The fields that a call takes from a variable, by the name of its line. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  portals_visited: ['visited', 'failed'],
  event_parked: PARKED,
  bulletin_parked: PARKED,
  spill_drained: ['drained', 'left'],
  refused_replayed: all<keyof RefusedReplay>({ replayed: true, refused: true, left: true }),
  order_carried_on: all<keyof OrderProgress>({ portals: true, failed: true, left: true }),
  log_shortened: [
    'memberId',
    ...all<keyof ShortenedLog>({ events: true, expired: true, heldBy: true }),
  ],
}

/** The text between the parenthesis at `start` and the one that closes it. */
function argumentsAt(source: string, start: number): string {
  let depth = 0
  for (let index = start; index < source.length; index += 1) {
    if ('([{'.includes(source[index] ?? '')) depth += 1
    if (')]}'.includes(source[index] ?? '')) depth -= 1
    if (depth === 0) return source.slice(start + 1, index)
  }
  return ''
}

/** A list of expressions, at its commas outside of brackets. */
function split(text: string): readonly string[] {
  const parts: string[] = ['']
  let depth = 0
  for (const character of text) {
    if ('([{'.includes(character)) depth += 1
    if (')]}'.includes(character)) depth -= 1
    if (character === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += character
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

/** The names of the members of an object literal, those of a condition included; null where a variable adds some. */
function fieldsOf(literal: string): readonly (string | null)[] {
  if (literal === '') return []
  if (!literal.startsWith('{')) return [null]
  return split(literal.slice(1, -1)).flatMap((member) => {
    const inner = /^\.\.\.\(.* && (\{.*\})\)$/su.exec(member)?.[1]
    if (inner !== undefined) return fieldsOf(inner)
    return member.startsWith('...') ? [null] : [/^\w+/u.exec(member)?.[0] ?? null]
  })
}

/** The lines that one call writes. */
function linesOf(call: string): readonly Line[] {
  const [level = '', name = '', literal = ''] = split(call)
  const levels = [...level.matchAll(/'(info|warn|error)'/gu)].map(([, word = '']) => word)
  const names = /^'(\w+)'$/u.exec(name)?.slice(1) ?? NAMES[name]
  if (levels.length === 0 || names === undefined) throw new Error(`Cannot read the call: ${call}`)
  return names.map((each) => {
    const fields = fieldsOf(literal)
    const known = fields.filter((field) => field !== null)
    const added = FIELDS[each]
    if (known.length !== fields.length && added === undefined) {
      throw new Error(`Cannot tell the fields of ${each}: ${literal}`)
    }
    return { name: each, levels, fields: [...known, ...(added ?? [])] }
  })
}

/** Every call of a line writer: of `logLine`, or of a member `logLine` or `#logLine` of something. */
function callsIn(source: string): readonly string[] {
  return [...source.matchAll(/(?<![\w$])(?:[\w.#]*\.#?)?logLine\(/gu)]
    .map((match) => argumentsAt(source, match.index + match[0].length - 1))
    .filter((call) => call.includes(','))
}

/** The lines of the same name as one. */
function merge(lines: readonly Line[]): ReadonlyMap<string, readonly [string, string]> {
  const names = [...new Set(lines.map(({ name }) => name))].toSorted()
  return new Map(
    names.map((name) => {
      const own = lines.filter((line) => line.name === name)
      const sum = (key: 'levels' | 'fields') =>
        [...new Set(own.flatMap((line) => line[key]))].toSorted().join(' ')
      return [name, [sum('levels'), sum('fields')]]
    }),
  )
}

function wordsIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`(\w+)`/gu)].map(([, word = '']) => word)
}

const rows = [...page.matchAll(/^\| `\w+` \|.*$/gmu)]
  .map(([row]) => row.split(' | '))
  .filter(([name]) => !/^\| `(?:error|warn|info)`$/u.test(name ?? ''))

describe('docs/logs.md', () => {
  it('names every line with its levels and its fields, and no other', () => {
    const written = merge(Object.values(SOURCES).flatMap(callsIn).flatMap(linesOf))
    const told = merge(
      rows.map(([name = '', levels = '', fields = '']) => ({
        name: wordsIn(name)[0] ?? '',
        levels: levels.split(' '),
        fields: wordsIn(fields),
      })),
    )
    expect([...told]).toEqual([...written])
    expect(written.size).toBeGreaterThan(50)
  })

  it('names each line once, and says when it is written and what to do', () => {
    const names = rows.map(([name]) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(rows.filter((row) => row.length !== 5 || row.includes(''))).toEqual([])
  })
})

describe('the calls of the log', () => {
  it('are read with a level that depends, a member under a condition and a name of a variable', () => {
    const call = "isOk ? 'info' : 'warn', 'a_b', { memberId, ...(x && { id }), error: f(1, 2) }"
    const fields = ['memberId', 'id', 'error']
    expect(linesOf(call)).toEqual([{ name: 'a_b', levels: ['info', 'warn'], fields }])
    expect(linesOf("'error', event, {}").map(({ name }) => name)).toContain('alarm_failed')
  })

  it('are not passed over where they cannot be read', () => {
    expect(() => linesOf("'warn', word, {}")).toThrow('Cannot read the call')
    expect(() => linesOf("'warn', 'a_b', seen")).toThrow('Cannot tell the fields')
  })

  it('are found on members, on private members and over several lines', () => {
    const source =
      "world.logLine('a', 'b')\nthis.#logLine(\n'c', 'd')\nrewriteLine('x', 'y')\nthis.#deps.logLine.last()"
    expect(callsIn(source)).toEqual(["'a', 'b'", "\n'c', 'd'"])
  })
})
