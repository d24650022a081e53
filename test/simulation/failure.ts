/** Makes a failing history as small as it gets, and tells it. */
import * as fc from 'fast-check'
import { aHistory } from './history.ts'
import { play } from './play.ts'
import type { History } from './step.ts'
import { tellHistory, tellPlayed } from './story.ts'

/** The rules that a history breaks; none for a good one. */
export async function brokenRules(history: History): Promise<ReadonlySet<string>> {
  const { breaches } = await play(history)
  return new Set(breaches.map(({ rule }) => rule))
}

/** The smallest history found within the time that still breaks the rule. */
export async function shrink(
  seed: number,
  { rule, limitMs }: { readonly rule: string; readonly limitMs: number },
): Promise<History | null> {
  let smallest: History | null = null
  const end = performance.now() + limitMs
  // The same generator and seed make the same history as `historyOf`.
  const property = fc.asyncProperty(fc.noBias(aHistory), async (history) => {
    // fast-check's own time limit would leave the history that is being played behind, with our clocks.
    if (performance.now() > end || !(await brokenRules(history)).has(rule)) return
    smallest = history
    throw new Error(rule)
  })
  await fc.check(property, { seed, numRuns: 1 })
  return smallest
}

/** The story of a history: its steps, what happened, and which rules it breaks. */
export async function tellFailure(history: History): Promise<string> {
  const { played, breaches } = await play(history)
  const broken = breaches.map(({ rule, what }) => `BROKEN ${rule}: ${what}`)
  return [tellHistory(history), '', tellPlayed(played), '', ...broken].join('\n')
}
