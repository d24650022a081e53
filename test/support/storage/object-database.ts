/** The SQLite of a real Durable Object, for the tests of a store by itself. */
import { env } from 'cloudflare:workers'
import { runInDurableObject } from 'cloudflare:test'
import { openDatabase, type Database } from '../../../src/storage/database.ts'

/**
 * Runs the work over the database of an object that no other test uses. It is empty on the first call of a
 * name.
 */
export function withDatabase<T>(
  work: (db: Database) => T | Promise<T>,
  name: string = crypto.randomUUID(),
): Promise<T> {
  const stub = env.PACERS.getByName(name)
  return runInDurableObject(stub, (_, { storage }) => work(openDatabase(storage)))
}
