/** The answer of `GET /healthz`, in the names of the HTTP contract. It shows no value of a setting. */
import * as v from 'valibot'
import { SettingProblemSchema } from './lane-view.ts'
import { listOf, TextOrNullSchema } from './schema.ts'

/**
 * The portals and destinations in trouble, by the reports of the portals, which may be an hour old; for the operator
 * alone.
 */
export const TroublesSchema = v.object({
  /** False when the directory did not answer, so that nothing is known. */
  reports: v.boolean(),
  /** Some of the portals in trouble, each with the problem that should be mended first. */
  portals: listOf(
    v.object({
      memberId: v.string(),
      domain: TextOrNullSchema,
      state: v.string(),
      problem: TextOrNullSchema,
      destination: TextOrNullSchema,
      remedy: TextOrNullSchema,
    }),
  ),
  /** The number of portals that are in trouble, those included that are not named. */
  portalsInTrouble: v.number(),
  /** The destinations with lanes in trouble, over all portals. */
  lanes: listOf(
    v.object({
      destination: v.string(),
      disabled: v.number(),
      retrying: v.number(),
      parked: v.number(),
    }),
  ),
})

/** The type of this view. */
export type TroublesView = v.InferOutput<typeof TroublesSchema>

/** The health of the relay. */
export const HealthSchema = v.object({
  status: v.picklist(['ok', 'misconfigured', 'trouble']),
  version: v.string(),
  /** The problems of the configuration; missing when there are none. */
  problems: v.exactOptional(listOf(SettingProblemSchema)),
  warnings: v.exactOptional(listOf(v.string())),
  /** The installs that wait for the settings of an application; missing when none does. */
  pending: v.exactOptional(listOf(v.string())),
  ...v.partial(TroublesSchema).entries,
})

/** The type of this view. */
export type HealthView = v.InferOutput<typeof HealthSchema>
