/** The parser brings no types. Its answer is compared as a whole, so the tests need no more of it than this. */
declare module 'parse-prometheus-text-format' {
  interface ParsedMetric {
    readonly labels?: Readonly<Record<string, string>>
    readonly value?: string
    readonly buckets?: Readonly<Record<string, string>>
    readonly count?: string
    readonly sum?: string
  }
  interface ParsedFamily {
    readonly name: string
    readonly help: string
    readonly type: string
    readonly metrics: readonly ParsedMetric[]
  }
  export default function parse(text: string): ParsedFamily[]
}
