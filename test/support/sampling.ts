/**
 * The one place that decides how much of a large test runs. The gate runs a sample; `npm run check:nightly`, or
 * any run of vitest with `--mode full`, runs everything.
 */
import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** Set in vitest.config.ts by the mode of the run. */
    readonly isFull: boolean
  }
}

/** Whether everything runs. */
export const isFull: boolean = inject('isFull')

/**
 * How many random cases a property is tried with: all of them at night, a quarter of them in the gate. Each run
 * draws new cases of the same kind, so a quarter sees the same kinds of cases, only fewer of each.
 */
export function sampled(full: number): number {
  return isFull ? full : Math.ceil(full / 4)
}
