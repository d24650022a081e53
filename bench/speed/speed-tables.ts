/** The figures of a run as tables. Ratios are those of one round with the same round of the base. */
import { nameOf, type Contender } from '../contenders/server.ts'
import { median, ratiosOf, spreadOf } from '../statistics.ts'
import { formatTable } from '../table.ts'
import type { Delay } from './delay.ts'
import type { Loss } from './kill.ts'
import type { Round } from './rounds.ts'

/** The rounds of all contenders. */
export type Results = ReadonlyMap<Contender, readonly Round[]>

/** Formats how fast events are taken: `base` names the contender that counts as 1, by the number of portals. */
export function formatReceiving(
  results: Results,
  base: (portals: number) => Contender | undefined,
): string {
  return formatRates(results, { base, head: 'events/s', of: (round) => round.accepted })
}

/** Formats how fast events are taken and delivered to all receivers. */
export function formatDelivering(
  results: Results,
  base: (portals: number) => Contender | undefined,
): string {
  return formatRates(results, { base, head: 'delivered/s', of: (round) => round.finished })
}

function formatRates(
  results: Results,
  terms: {
    readonly base: (portals: number) => Contender | undefined
    readonly head: string
    readonly of: (round: Round) => number
  },
): string {
  const { base, head, of } = terms
  const rows = [...results].map(([contender, rounds]) => {
    const rates = spreadOf(rounds.map(of))
    const first = base(contender.portals)
    const baseRounds = first === undefined ? [] : (results.get(first) ?? [])
    return [
      nameOf(contender),
      rates.median.toFixed(0),
      `${rates.least.toFixed(0)}–${rates.most.toFixed(0)}`,
      ...ratioCells(rounds, baseRounds, of),
      median(rounds.map(({ cpuMs }) => cpuMs)).toFixed(2),
    ]
  })
  return formatTable(['contender', head, 'range', 'ratio', 'range', 'CPU ms/event'], rows)
}

function ratioCells(
  rounds: readonly Round[],
  base: readonly Round[],
  of: (round: Round) => number,
): readonly string[] {
  if (base.length !== rounds.length) return ['', '']
  const { median: middle, least, most } = spreadOf(ratiosOf(rounds.map(of), base.map(of)))
  return [middle.toFixed(2), `${least.toFixed(2)}–${most.toFixed(2)}`]
}

/** Says in one line how many times the events of another one contender delivers. */
export function compareDelivering(results: Results, one: Contender, other: Contender): string {
  const [mine, theirs] = [one, other].map((contender) =>
    (results.get(contender) ?? []).map(({ finished }) => finished),
  )
  const { median: middle, least, most } = spreadOf(ratiosOf(mine ?? [], theirs ?? []))
  const range = `${least.toFixed(2)}–${most.toFixed(2)}`
  return `${nameOf(one)}: ${middle.toFixed(2)} × (${range}) the events of ${nameOf(other)}`
}

/** Formats the time from the answer of an event to its last delivery. */
export function formatDelays(delays: ReadonlyMap<Contender, Delay>): string {
  const rows = [...delays].map(([contender, { p50, p99, events }]) => [
    nameOf(contender),
    p50.toFixed(1),
    p99.toFixed(1),
    String(events),
  ])
  return formatTable(['contender', 'p50 ms', 'p99 ms', 'events'], rows)
}

/** Formats what was lost when a contender was killed. */
export function formatLosses(losses: ReadonlyMap<Contender, Loss>): string {
  const rows = [...losses].map(([contender, { acknowledged, lost, repeated }]) => [
    nameOf(contender),
    String(acknowledged),
    String(lost),
    String(repeated),
  ])
  return formatTable(['contender', 'acknowledged', 'lost', 'messages repeated'], rows)
}
