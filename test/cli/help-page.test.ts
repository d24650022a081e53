/** docs/cli.md says what `--help` says. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { EXIT } from '../../cli/exit-codes.ts'
import { commandsOnPage, fillHelpPage, HELP_PAGE } from '../../cli/help-page.ts'
import { createProgram } from '../../cli/program.ts'
import { aWorld, runAlone } from '../support/scenarios/cli-scenario.ts'

const PAGE = readFileSync(HELP_PAGE, 'utf8')

const ROOT = fileURLToPath(new URL('../..', import.meta.url).href)

it('docs/cli.md has the help of every command', () => {
  const program = createProgram(aWorld({}, { out: '', err: '' }), () => {})
  const paths = program.commands.flatMap((command) => {
    const own = command.name()
    const below = command.commands.map((one) => `${own} ${one.name()}`)
    return own === 'values' ? below : [own, ...below]
  })
  expect(commandsOnPage(PAGE).toSorted()).toEqual(['', ...paths].toSorted())
})

it('docs/cli.md has a row for each exit code', () => {
  const rows = [...PAGE.matchAll(/^\| (\d+) \| `\w+`/gm)].map(([, code]) => Number(code))
  expect(rows).toEqual(Object.values(EXIT))
})

/** The command lines that README and the pages tell a reader to type, without what a shell does with their output. */
const LINES = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)]
  .filter((name) => name.endsWith('.md'))
  .flatMap((name) => {
    const text = readFileSync(join(ROOT, name), 'utf8')
    const found = text
      .replaceAll(/ *\\\n\s*/gu, ' ')
      .matchAll(/npm run (?:-s )?relay -- ([^\n`]+)/gu)
    return [...found].map(([, line = '']) => line.replace(/\s[#<>|].*$/u, '').trim())
  })
  // A text may name a command without its arguments.
  .filter((line) => line.includes(' ') && !/[<…]/u.test(line))

it('README and the pages name command lines that are understood', async () => {
  expect(LINES.length).toBeGreaterThan(20)
  const refused: string[] = []
  for (const line of new Set(LINES)) {
    // Without an address each of them ends before it asks anybody; Commander begins its own refusals with `error:`.
    const { err } = await runAlone(line.split(/\s+/u))
    if (err.startsWith('error:')) refused.push(line)
  }
  expect(refused).toEqual([])
})

it('a block for a command that does not exist is refused', () => {
  expect(() => fillHelpPage('```text help: no-such\n```')).toThrow('no such command')
})
