/**
 * The names of the tables of a log's segments. Each segment has a log, its fates and its digests in tables of its own.
 */
import { tableNames, type Database } from '../../storage/database.ts'

/** The id of the first segment, whose tables have no number in their names. */
export const FIRST_SEGMENT = 1

/** The names of one segment's tables, for example `log_2`, `fates_2` and `digests_2`. */
export interface SegmentTables {
  readonly logTable: string
  readonly fateTable: string
  readonly digestTable: string
}

/** The names of a segment's tables. */
export function tablesOf(id: number): SegmentTables {
  const end = id === FIRST_SEGMENT ? '' : `_${id}`
  return { logTable: `log${end}`, fateTable: `fates${end}`, digestTable: `digests${end}` }
}

/** The ids of the segments whose tables stand in storage, oldest first. */
export function storedSegments(db: Database): readonly number[] {
  return tableNames(db)
    .filter((name) => /^log(?:_\d+)?$/.test(name))
    .map((name) => Number(name.slice('log_'.length)) || FIRST_SEGMENT)
    .toSorted((a, b) => a - b)
}
