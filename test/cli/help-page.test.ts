/** docs/cli.md says what `--help` says. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { EXIT } from '../../cli/exit-codes.ts'
import { commandsOnPage, fillHelpPage, HELP_PAGE } from '../../cli/help-page.ts'
import { createProgram } from '../../cli/program.ts'
import { aWorld } from '../support/scenarios/cli-scenario.ts'

const PAGE = readFileSync(HELP_PAGE, 'utf8')

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

it('a block for a command that does not exist is refused', () => {
  expect(() => fillHelpPage('```text help: no-such\n```')).toThrow('no such command')
})
