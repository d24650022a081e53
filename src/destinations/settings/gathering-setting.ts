/** The settings `digest` and `batch`: the time for which a lane gathers events, and the number that go out together. */
import * as v from 'valibot'

const MAX_SECONDS = 3600

/** The most events of one digest for people, and the default. */
export const MAX_DIGEST = 50

/** The most events of one batch, and the default. */
export const MAX_BATCH = 100

/** A setting that gathers events. */
export interface GatheringSetting {
  /** The time for which the first event waits for others. */
  readonly seconds: number
  /** The most events that go out together. */
  readonly max: number
}

/** The setting `digest` of a destination for people. */
export const DigestSettingSchema = gatheringSchema({
  seconds: { least: 1, usual: 30 },
  max: MAX_DIGEST,
})

/** The setting `batch` of a destination for a machine: without `seconds` what waits already goes together. */
export const BatchSettingSchema = gatheringSchema({
  seconds: { least: 0, usual: 0 },
  max: MAX_BATCH,
})

function gatheringSchema({
  seconds: { least, usual },
  max: most,
}: {
  readonly seconds: { readonly least: number; readonly usual: number }
  readonly max: number
}) {
  // Every schema has a message of ours, as the messages of the library show the value.
  const secondsForm = `Must hold seconds from ${least} to ${MAX_SECONDS}`
  const maxForm = `Must hold max from 2 to ${most}`
  const seconds = v.pipe(
    v.number(secondsForm),
    v.minValue(least, secondsForm),
    v.maxValue(MAX_SECONDS, secondsForm),
  )
  const max = v.pipe(
    v.number(maxForm),
    v.integer(maxForm),
    v.minValue(2, maxForm),
    v.maxValue(most, maxForm),
  )
  return v.strictObject(
    { seconds: v.optional(seconds, usual), max: v.optional(max, most) },
    'Must be a table with seconds and max',
  )
}
