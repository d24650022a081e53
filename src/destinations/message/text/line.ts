/**
 * A line of a message: spans of text, each with one style, and which of them are text of the CRM. A
 * receiver writes a line in its own markup with `writeLine`.
 */

/** A piece of text on one line. It is never markup: each receiver escapes it in its own way. */
export interface Span {
  readonly text: string
  readonly style: 'plain' | 'strong' | 'code' | 'faint'
  /** True for text of the CRM or of a configuration, which is cleaned and of a limited length already. */
  readonly isForeign: boolean
}

/** Spans that stand on one line. */
export type Line = readonly Span[]

/** Our own words. */
export function own(text: string, style: Span['style'] = 'plain'): Span {
  return { text, style, isForeign: false }
}

/** Text that somebody else wrote. */
export function foreign(text: string, style: Span['style'] = 'plain'): Span {
  return { text, style, isForeign: true }
}

/** The text of a line without its styles. */
export function plainText(line: Line): string {
  return line.map(({ text }) => text).join('')
}

/**
 * A text of a catalogue as spans, so that names keep their style: each `{name}` becomes the line of that
 * name. A placeholder of another name stays as it is.
 */
export function fillSpans(text: string, values: Readonly<Record<string, Line>>): Line {
  return text.split(/(\{\w+\})/).flatMap((part) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1]
    const value = name === undefined ? undefined : values[name]
    return value ?? (part === '' ? [] : [own(part)])
  })
}

/** The line with neighbours of one style as one span, and without empty spans. */
export function mergeStyles(line: Line): Line {
  const merged: Span[] = []
  for (const span of line) {
    const last = merged.at(-1)
    if (span.text === '') continue
    if (last?.style === span.style) merged.splice(-1, 1, { ...last, text: last.text + span.text })
    else merged.push(span)
  }
  return merged
}

/** A line in the markup of a receiver, which writes one span at a time. Empty spans are left out. */
export function writeLine(line: Line, writeSpan: (span: Span) => string): string {
  return line
    .filter(({ text }) => text !== '')
    .map(writeSpan)
    .join('')
}

/** A line without its styles, whose foreign text is made inert: for notifications, and for templates. */
export function writeUnstyled(line: Line, inert: (text: string) => string): string {
  return writeLine(line, ({ text, isForeign }) => (isForeign ? inert(text) : text))
}
