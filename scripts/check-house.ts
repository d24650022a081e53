/**
 * Checks the rules of the house that lint does not know: `node scripts/check-house.ts` checks all of them,
 * `node scripts/check-house.ts mirror way` those that are named. ARCHITECTURE.md and CONTRIBUTING.md say why.
 */
import { fileURLToPath } from 'node:url'
import { commits } from './house/commits.ts'
import { deps } from './house/deps.ts'
import { glossary } from './house/glossary.ts'
import { globals } from './house/globals.ts'
import { layers } from './house/layers.ts'
import { mirror } from './house/mirror.ts'
import { pages } from './house/pages.ts'
import { records } from './house/records.ts'
import { sleeps } from './house/sleeps.ts'
import { sql } from './house/sql.ts'
import { way } from './house/way.ts'

const RULES = [layers, globals, mirror, deps, glossary, way, sql, pages, records, sleeps, commits]

const root = fileURLToPath(new URL('..', import.meta.url))
const named = process.argv.slice(2)
const unknown = named.filter((name) => !RULES.some((rule) => rule.name === name))
if (unknown.length > 0) throw new Error(`Cannot check unknown rules: ${unknown.join(', ')}`)

for (const rule of RULES) {
  const { name } = rule
  if (named.length > 0 && !named.includes(name)) continue
  const { problems, summary } = rule.check(root)
  for (const problem of problems) console.error(`${name}: ${problem}`)
  console.log(`House rule ${name}: ${summary}; ${problems.length} problems`)
  if (problems.length > 0) process.exitCode = 1
}
