/** The signs in front of headlines: one for a thing that was created, one for changed and one for deleted. */
import { own, type Line } from './text/line.ts'

/** The deed that a sign stands for. */
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
