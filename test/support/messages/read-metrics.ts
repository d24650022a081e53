/** Metrics as a parser that is not ours reads them. */
import parse from 'parse-prometheus-text-format'

/** A metric as it was read. */
export type ReadFamily = ReturnType<typeof parse>[number]

/** Every metric of a text, by its name. */
export function readMetrics(text: string): ReadonlyMap<string, ReadFamily> {
  return new Map(parse(text).map((family) => [family.name, family]))
}

/**
 * The value of one line under these labels, and no others; null when there is none. The lines of a histogram have names of
 * their own here, since the parser makes one distribution of all labels.
 */
export function valueIn(
  text: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | null {
  const wanted = keyOf(labels)
  const lines = text.replaceAll(/^# (?:HELP|TYPE) .*\n/gmu, '')
  const found = parse(lines)
    .flatMap((family) => (family.name === name ? family.metrics : []))
    .find((one) => keyOf(one.labels ?? {}) === wanted)
  return found?.value === undefined ? null : Number(found.value)
}

function keyOf(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .toSorted()
    .join()
}
