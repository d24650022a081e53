/** Writes a line so that a test sees everything of it at once: words, styles, and what is foreign. */
import type { Line, Span } from '../../../src/destinations/message/text/line.ts'

const MARKS: Readonly<Record<Span['style'], string>> = {
  plain: '',
  strong: '*',
  code: '`',
  faint: '_',
}

/**
 * `«…»` stands around foreign text, `*…*` around strong, `` `…` `` around code, `_…_` around faint.
 * Where own text of one style is divided is not shown, as no receiver shows it either.
 */
export function showLine(line: Line): string {
  const merged: Span[] = []
  for (const span of line) {
    const last = merged.at(-1)
    const isSameStyle = last?.style === span.style && !last.isForeign && !span.isForeign
    if (isSameStyle) merged.splice(-1, 1, { ...last, text: last.text + span.text })
    else merged.push(span)
  }
  return merged.map(showSpan).join('')
}

function showSpan({ text, style, isForeign }: Span): string {
  const mark = MARKS[style]
  return `${mark}${isForeign ? `«${text}»` : text}${mark}`
}
