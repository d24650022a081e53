/**
 * The stamp of a portal: a short text that changes whenever its page does. A page that is watched asks for it again and
 * again, so it is made of memory alone and reads no row.
 */
import { sha256Hex } from '../../core/safety/sha256.ts'
import type { Bulletins } from '../bulletins/bulletins.ts'
import type { Enricher } from '../fields/enricher.ts'
import type { LaneBook } from '../lanes/book/book.ts'
import type { PortalState } from '../state/portal-state.ts'
import type { AccessTroubles } from '../tokens/troubles.ts'

/** Everything that the stamp is made of. */
export interface StampParts {
  readonly state: Pick<PortalState, 'head' | 'version' | 'isFull'>
  readonly enricher: Pick<Enricher, 'readableHead'>
  readonly book: Pick<LaneBook, 'all'>
  readonly troubles: Pick<AccessTroubles, 'current'>
  readonly bulletinBook: Pick<LaneBook, 'all'>
  readonly bulletins: Pick<Bulletins, 'open'>
}

/** The length of a stamp, in digits of the hash: enough that two states of one portal have two stamps. */
const LENGTH = 16

/** The stamp of a portal. */
export async function stampOf(parts: StampParts): Promise<string> {
  const { state, enricher, book, troubles, bulletinBook, bulletins } = parts
  const shown = [
    state.head(),
    enricher.readableHead(),
    state.version(),
    state.isFull(),
    troubles.current(),
  ]
  const hash = await sha256Hex(
    JSON.stringify([...shown, book.all(), bulletinBook.all(), bulletins.open()]),
  )
  return hash.slice(0, LENGTH)
}
