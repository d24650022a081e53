/** The commands that there are, each with a help that shows examples which the program itself takes. */
import { describe, expect, it } from 'vitest'
import { createProgram } from '../../cli/program.ts'
import { aWorld, runAlone } from '../support/scenarios/cli-scenario.ts'

const program = createProgram(aWorld({}, { out: '', err: '' }), () => {})

const COMMANDS = program.commands.map((command) => command.name())

describe('the command line', () => {
  it('has every command', () => {
    expect(COMMANDS).toEqual([
      'status',
      'portals',
      'events',
      'why',
      'parked',
      'replay',
      'pause',
      'resume',
      'test',
      'preview',
      'reconcile',
      'values',
      'export',
      'keys',
      'doctor',
    ])
  })

  it('has no option that would take the token or a value from the command line', () => {
    const flags = program.commands
      .flatMap((command) => [command, ...command.commands])
      .flatMap((command) => command.options.map((option) => option.flags))
    expect([...new Set(flags)].filter((flag) => /token|secret|value|password/u.test(flag))).toEqual(
      ['--token-file <file>', '--secrets-file <file>'],
    )
  })

  it.each(
    program.commands
      .flatMap((command) =>
        command.commands.length > 0 && command.name() === 'values'
          ? command.commands.map((one) => [command.name(), one.name()])
          : [[command.name()]],
      )
      .map((path) => [path]),
  )('%o shows examples, which it understands', async (path) => {
    const { out } = await runAlone([...path, '--help'])
    const examples = [...out.matchAll(/^ {2}npm run (?:-s )?relay -- ([^<>\n]+)/gm)].map(
      ([, line = '']) => line.trim().split(' '),
    )
    expect(examples.length).toBeGreaterThan(0)
    for (const example of examples) {
      expect(example.slice(0, path.length)).toEqual(path)
      // Without an address nothing is asked: the line itself is what is looked at.
      const { err } = await runAlone(example, { input: 'x' })
      expect([example, /^error:|Say what|Say where/u.test(err)]).toEqual([example, false])
    }
  })
})
