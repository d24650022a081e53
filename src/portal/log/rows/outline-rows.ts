/**
 * Reads the outlines of entries: everything that decides whether a lane gets an entry, without the long parts of events
 * and enrichments. A filter that looks at the data of an event asks for them where they are left out.
 */
import type { LogEntry } from '../../../core/log/event.ts'
import { numberOf, type Database, type SqlRow } from '../../../storage/database.ts'
import { parseEntry } from './log-rows.ts'
import type { RowPage } from './page-rows.ts'

/** The most bytes of a text in an outline. A longer text is left out. */
const MAX_OUTLINE_BYTES = 4096

/**
 * The columns of an entry without its long parts: the data of an event, and what an enrichment
 * tells of changes and fields. SQLite takes them away, so that a large event never comes into the memory of the
 * program.
 */
const OUTLINE_COLUMNS = `sequence, received_at, receipt, digest, reconciled,
  iif(octet_length(event) <= ${MAX_OUTLINE_BYTES}, event,
    iif(json_valid(event), json_remove(event, '$.data'), '')) AS event,
  octet_length(event) > ${MAX_OUTLINE_BYTES} AS is_cut,
  octet_length(event) > ${MAX_OUTLINE_BYTES} AND iif(json_valid(event),
    json_extract(event, '$.quarantined') IS NOT NULL, 0) AS is_cut_quarantined,
  iif(coalesce(octet_length(enrichment), 0) <= ${MAX_OUTLINE_BYTES}, enrichment,
    iif(json_valid(enrichment), json_remove(enrichment, '$.changes', '$.field', '$.carried'), '')) AS enrichment`

/**
 * Reads outlines in the order of the rows. The present version may understand a quarantined event, and needs its data
 * for that. So such an event is read with `wholeOf`, and then cut.
 */
export function readOutlines(
  db: Database,
  { rows, sequence, limit }: RowPage,
  wholeOf: (sequence: number) => LogEntry | null,
): LogEntry[] {
  const found = db.all(`SELECT ${OUTLINE_COLUMNS} FROM ${rows} LIMIT ?`, sequence, limit)
  return found.map((row) => {
    if (row['is_cut'] !== 1) return parseEntry(row)
    const isQuarantined = row['is_cut_quarantined'] === 1
    const outline = isQuarantined ? outlineOfQuarantined(row, wholeOf) : parseEntry(row)
    return { ...outline, isCut: true }
  })
}

function outlineOfQuarantined(
  row: SqlRow,
  wholeOf: (sequence: number) => LogEntry | null,
): LogEntry {
  const whole = wholeOf(numberOf(row, 'sequence'))
  if (whole === null) return parseEntry(row)
  const { event, again } = whole
  const outline = { ...whole, event: { ...event, data: null } }
  return again === undefined ? outline : { ...outline, again: { ...again, data: null } }
}
