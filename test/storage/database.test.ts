import { reset } from 'cloudflare:test'
import { afterEach, describe, expect, it } from 'vitest'
import { numberOf, textOf, type Database } from '../../src/storage/database.ts'
import { withDatabase } from '../support/storage/object-database.ts'

afterEach(() => reset())

/** Runs the work with an empty table `notes`. */
function withNotes<T>(work: (db: Database) => T | Promise<T>): Promise<T> {
  return withDatabase((db) => {
    db.all('CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)')
    return work(db)
  })
}

function notesOf(db: Database) {
  return db.all('SELECT id, text FROM notes ORDER BY id')
}

describe('openDatabase()', () => {
  it('runs a statement with its bindings, and gives the rows as plain objects', async () => {
    const rows = await withNotes((db) => {
      db.all('INSERT INTO notes (id, text) VALUES (?, ?), (?, ?)', 1, 'one', 2, null)
      return notesOf(db)
    })
    expect(rows).toEqual([
      { id: 1, text: 'one' },
      { id: 2, text: null },
    ])
  })

  it('keeps everything or nothing of a transaction, and hands its value or its error on', async () => {
    const seen = await withNotes(async (db) => {
      const value = db.transaction(() => {
        db.all(`INSERT INTO notes VALUES (1, 'kept')`)
        return 'value'
      })
      expect(() =>
        db.transaction(() => {
          db.all(`INSERT INTO notes VALUES (2, 'rolled back')`)
          throw new Error('disk is full')
        }),
      ).toThrow('disk is full')
      await db.sync()
      return { value, rows: notesOf(db) }
    })
    expect(seen).toEqual({ value: 'value', rows: [{ id: 1, text: 'kept' }] })
  })
})

describe('textOf() and numberOf()', () => {
  const row = { text: 'a', number: 0, nothing: null }

  it('read a column of their type', () => {
    expect([textOf(row, 'text'), numberOf(row, 'number')]).toEqual(['a', 0])
  })

  it.each(['number', 'nothing', 'absent'])('textOf() throws for the column %s', (column) => {
    expect(() => textOf(row, column)).toThrow(`Cannot read column ${column} as text`)
  })

  it.each(['text', 'nothing', 'absent'])('numberOf() throws for the column %s', (column) => {
    expect(() => numberOf(row, column)).toThrow(`Cannot read column ${column} as a number`)
  })
})
