/**
 * Reads rows of the log page by page. An event may be large, and the platform ends an object that takes more than
 * 128 MB, so a page is limited by its bytes as well.
 */
import { numberOf, type Database, type SqlRow } from '../../../storage/database.ts'

/** The most that a page of events holds, in bytes of their texts; one event may be larger. */
export const MAX_PAGE_BYTES = 1024 * 1024

/** The rows of a page: SQL behind FROM with one place for a sequence, and the most of them. */
export interface RowPage {
  readonly rows: string
  readonly sequence: number
  readonly limit: number
}

/** Reads a page of rows. The sizes are read first, and then as many rows as fit, but at least one. */
export function readPage(db: Database, page: RowPage): SqlRow[] {
  const { rows, sequence, limit } = page
  const fitting = limit > 1 ? countFitting(db, page, MAX_PAGE_BYTES) : limit
  return db.all(`SELECT * FROM ${rows} LIMIT ?`, sequence, fitting)
}

/** The number of rows that fit into a page of so many bytes: `limit` at most, and one at least. */
export function countFitting(
  db: Database,
  { rows, sequence, limit }: RowPage,
  maxBytes: number,
): number {
  const sizes = db.all(
    `SELECT octet_length(event) + coalesce(octet_length(enrichment), 0) AS bytes FROM ${rows} LIMIT ?`,
    sequence,
    limit,
  )
  let bytes = 0
  const tooMuch = sizes.findIndex((row) => (bytes += numberOf(row, 'bytes')) > maxBytes)
  return tooMuch === -1 ? sizes.length : Math.max(1, tooMuch)
}
