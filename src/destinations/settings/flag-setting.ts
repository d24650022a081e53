/** A setting that is `true` or `false`, as TOML value or as text. */
import { err, ok, type Result } from '../../core/result.ts'
import type { SettingProblem } from './setting-problem.ts'

/** Reads the flag; false when it is absent. */
export function readFlag(setting: string, value: unknown): Result<boolean, SettingProblem> {
  if (value === undefined || value === false || value === 'false') return ok(false)
  if (value === true || value === 'true') return ok(true)
  return err({ setting, problem: 'Must be true or false' })
}
