/** Checks the rules of the house that lint does not know. CONTRIBUTING.md says what each of them is about. */
import { fileURLToPath } from 'node:url'
import { readCommandLine } from './command-line.ts'
import { comments } from './house/comments.ts'
import { commits } from './house/commits.ts'
import { deps } from './house/deps.ts'
import { glossary } from './house/glossary.ts'
import { globals } from './house/globals.ts'
import { identities } from './house/identities.ts'
import { layers } from './house/layers.ts'
import { mirror } from './house/mirror.ts'
import { pages } from './house/pages.ts'
import { records } from './house/records.ts'
import { sleeps } from './house/sleeps.ts'
import { sound } from './house/sound.ts'
import { sql } from './house/sql.ts'
import { way } from './house/way.ts'

const RULES = [
  layers,
  globals,
  mirror,
  deps,
  glossary,
  way,
  sql,
  pages,
  comments,
  records,
  sleeps,
  sound,
  identities,
  commits,
]

const root = fileURLToPath(new URL('..', import.meta.url))
const NAMES = RULES.map(({ name }) => name)
const { positionals: named } = readCommandLine({
  usage: `Usage:
  npm run check:house                 checks every rule
  npm run check:house -- mirror way   checks those that are named

Rules: ${NAMES.join(', ')}`,
  options: {},
  refuse: ({ positionals }) => {
    const unknown = positionals.filter((name) => !NAMES.includes(name))
    return unknown.length > 0 ? `Cannot check unknown rules: ${unknown.join(', ')}` : null
  },
})

for (const rule of RULES) {
  const { name } = rule
  if (named.length > 0 && !named.includes(name)) continue
  const { problems, summary } = rule.check(root)
  for (const problem of problems) console.error(`${name}: ${problem}`)
  console.log(`House rule ${name}: ${summary}; ${problems.length} problems`)
  if (problems.length > 0) process.exitCode = 1
}
