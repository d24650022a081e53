/** What became of a thing, with one sign each for what was created, changed and deleted. */
import { own, type Line } from './text/line.ts'

/** What became of a thing. */
export type Mark = 'added' | 'updated' | 'deleted'

const SIGNS: Readonly<Record<Mark, string>> = {
  added: '➕',
  updated: '🔄',
  deleted: '❌',
}

/** A headline behind the sign of its mark; as it is where there is none. */
export function withMark(mark: Mark | null, headline: Line): Line {
  return mark === null ? headline : [own(`${SIGNS[mark]} `), ...headline]
}
