/** The forms of a text for different numbers. */

/** One text for each plural category of the language; `other` is always there. It holds `{count}`. */
export interface Plural {
  readonly one?: string
  readonly two?: string
  readonly few?: string
  readonly many?: string
  readonly other: string
}
