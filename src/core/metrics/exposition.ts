/** The text of metrics as Prometheus reads it: the text-based exposition format, version 0.0.4. Pure. */

/** The media type of the text. */
export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** One value of a metric, under its labels. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** One distribution of a histogram, under its labels. */
export interface HistogramSample {
  readonly labels: Readonly<Record<string, string>>
  /**
   * The number of values that fell between each bound and the one before it; the last count is of those beyond every
   * bound.
   */
  readonly counts: readonly number[]
  readonly sum: number
}

/** A metric with its values. */
export type MetricFamily = MetricHead &
  (
    | { readonly type: 'counter' | 'gauge'; readonly samples: readonly Sample[] }
    | {
        readonly type: 'histogram'
        /** In the unit of the metric, ascending. */
        readonly bounds: readonly number[]
        readonly samples: readonly HistogramSample[]
      }
  )

interface MetricHead {
  readonly name: string
  readonly help: string
}

/** The text of some metrics. */
export function formatExposition(families: readonly MetricFamily[]): string {
  return families.map(formatFamily).join('')
}

function formatFamily(family: MetricFamily): string {
  const { name, help, type } = family
  const head = `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`
  const lines =
    family.type === 'histogram'
      ? family.samples.flatMap((sample) => histogramLines(name, sample, family.bounds))
      : family.samples.map(({ labels, value }) => `${name}${formatLabels(labels)} ${value}`)
  return `${head}${lines.map((line) => `${line}\n`).join('')}`
}

/** Each bucket counts everything up to its bound, those before it included. */
function histogramLines(
  name: string,
  { labels, counts, sum }: HistogramSample,
  bounds: readonly number[],
): readonly string[] {
  let upTo = 0
  const buckets = [...bounds, Infinity].map((bound, place) => {
    upTo += counts[place] ?? 0
    const le = bound === Infinity ? '+Inf' : String(bound)
    return `${name}_bucket${formatLabels({ ...labels, le })} ${upTo}`
  })
  const all = formatLabels(labels)
  return [...buckets, `${name}_sum${all} ${sum}`, `${name}_count${all} ${upTo}`]
}

function formatLabels(labels: Sample['labels']): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escape(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

/** Backslash, quote and line feed are the characters that the format escapes in the value of a label. */
function escape(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
