/** Spans of the platform's traces, as the parts of the relay see them: a name around a piece of work. */

/** The attributes of a span: stable words and numbers, and no text that came from outside. */
export type SpanAttributes = Readonly<Record<string, string | number>>

/** Does a piece of work in a span of this name; `note` adds attributes. The answer is that of the work. */
export type InSpan = <T>(
  name: string,
  work: (note: (attributes: SpanAttributes) => void) => Promise<T>,
) => Promise<T>

/** Does the work without a span. */
export const untraced: InSpan = (_, work) => work(() => {})
