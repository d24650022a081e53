/** The form in which every reader of settings, here and in `src/config`, says that a setting is wrong. */
import type { Result } from '../../core/result.ts'

/** A wrong setting. Neither part ever holds the value of a secret. */
export interface SettingProblem {
  /** The name of the setting: `DESTINATIONS.erp.url` in the configuration, `url` inside a destination. */
  readonly setting: string
  /** A sentence that says which value is wanted. */
  readonly problem: string
}

/** The problems of settings that were read one by one, so that all of them are told at once. */
export function problemsOf(
  ...reads: readonly Result<unknown, SettingProblem | readonly SettingProblem[]>[]
): readonly SettingProblem[] {
  return reads.flatMap((read) => (read.ok ? [] : read.error))
}
