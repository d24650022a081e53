import { expect, test } from 'vitest'
import { sql } from '../../../scripts/house/sql.ts'
import { aProject } from '../../support/builders/scratch-project.ts'

const READ = "export const rows = db.all('SELECT lanes FROM lanes WHERE id = 1')\n"

function problemsOf(files: Readonly<Record<string, string>>): readonly string[] {
  return sql.check(aProject(files)).problems
}

test('SQL in any other file is named', () => {
  expect(problemsOf({ 'src/portal/lanes/book/book.ts': READ })).toEqual([
    'src/portal/lanes/book/book.ts holds SQL: SELECT lanes FROM lanes WHERE id = 1',
  ])
})

test.each(['log-store.ts', 'log-rows.ts', 'migrations.ts', 'database.ts'])(
  'SQL may stand in %s',
  (name) => {
    expect(problemsOf({ [`src/portal/log/${name}`]: READ })).toEqual([])
  },
)

test.each([
  "'INSERT OR IGNORE INTO pins (id) VALUES (?)'",
  '`\n  UPDATE lanes SET lanes = ${value}`',
  "'DELETE FROM pins'",
  "'CREATE UNIQUE INDEX found ON pins (id)'",
  "'PRAGMA user_version'",
])('%s is SQL', (text) => {
  expect(problemsOf({ 'src/a.ts': `export const a = ${text}\n` })).toHaveLength(1)
})

test.each(["'Select a field'", "'UPDATE'", "'INSERT it into the list'", "'Delete from here'"])(
  '%s is no SQL',
  (text) => {
    expect(problemsOf({ 'src/a.ts': `export const a = ${text}\n` })).toEqual([])
  },
)
