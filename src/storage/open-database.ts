/** Opens the SQLite of a Durable Object. */
import type { Database, SqlRow } from './database.ts'

/** The database of a Durable Object. */
export function openDatabase(storage: DurableObjectStorage): Database {
  return {
    all: (query, ...bindings) => storage.sql.exec<SqlRow>(query, ...bindings).toArray(),
    transaction: (work) => storage.transactionSync(work),
    sync: () => storage.sync(),
  }
}
