import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import {
  addLocalCommand,
  addRelayCommand,
  openRelay,
  printerFor,
  type Tools,
} from '../../cli/relay-command.ts'
import { aWorld } from '../support/scenarios/cli-scenario.ts'

const TEXTS = {
  usage: 'look <portal>',
  summary: 'look at it',
  examples: ['look acme > x', 'look acme'],
}

function aTools(env: Readonly<Record<string, string>> = {}): Tools {
  return { world: aWorld({ env }, { out: '', err: '' }), ends: () => {} }
}

describe('a command', () => {
  it('that asks the relay has an address and a token file, one of this machine has not', () => {
    const flagsOf = (command: Command) => command.options.map(({ flags }) => flags)
    expect(flagsOf(addLocalCommand(new Command(), TEXTS))).toEqual(['--json'])
    expect(flagsOf(addRelayCommand(new Command(), TEXTS))).toEqual([
      '--json',
      '--url <url>',
      '--token-file <file>',
    ])
  })

  it('shows an example whose output is read with -s, since npm writes lines of its own', () => {
    let help = ''
    const command = addLocalCommand(new Command(), TEXTS)
    command.configureOutput({ writeOut: (text) => void (help += text) }).outputHelp()
    expect(help).toContain('  npm run -s relay -- look acme > x\n  npm run relay -- look acme\n')
  })

  it('opens the relay that its options name', () => {
    const { client, printer } = openRelay(aTools({ ADMIN_TOKEN: 'x' }), {
      url: 'https://relay.example.com/admin',
      json: true,
    })
    expect(client.origin).toBe('https://relay.example.com')
    expect(printer.isJson).toBe(true)
    expect(printerFor(aTools(), {}).isJson).toBe(false)
  })
})
