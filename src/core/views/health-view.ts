/** The answer of `GET /healthz`, in the names of the HTTP contract. It shows no value of a setting. */
import * as v from 'valibot'
import { SettingProblemSchema } from './lane-view.ts'
import { listOf } from './schema.ts'

/** The health of the relay. */
export const HealthSchema = v.object({
  status: v.picklist(['ok', 'misconfigured']),
  version: v.string(),
  /** What is wrong with the configuration; missing when nothing is. */
  problems: v.exactOptional(listOf(SettingProblemSchema)),
  warnings: v.exactOptional(listOf(v.string())),
  /** The installs that wait for the settings of an application; missing when none does. */
  pending: v.exactOptional(listOf(v.string())),
})

/** The type of this view. */
export type HealthView = v.InferOutput<typeof HealthSchema>
