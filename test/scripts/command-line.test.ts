import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseCommandLine, refuseArguments } from '../../scripts/command-line.ts'
import { scripts } from '../../package.json'

const SCRIPT = {
  usage: 'Usage:\n  npm run count -- [--most 3]',
  options: { most: { type: 'string', default: '3' } },
  refuse: refuseArguments,
} as const

test('options get their values, or those that hold without them', () => {
  expect(parseCommandLine(['--most', '5'], SCRIPT)).toMatchObject({ values: { most: '5' } })
  expect(parseCommandLine([], SCRIPT)).toMatchObject({ values: { most: '3' }, positionals: [] })
})

test.each(['--help', '-h'])('%s prints the usage, whatever else is said', (option) => {
  expect(parseCommandLine(['--wrong', option], SCRIPT)).toEqual({ code: 0, text: SCRIPT.usage })
})

test.each([
  [['--wrong'], "Unknown option '--wrong'"],
  [['--most'], "Option '--most <value>' argument missing"],
  [['5'], "Unexpected argument '5'"],
])('%j is told in one sentence above the usage, with the exit code 2', (args, sentence) => {
  const text = `${sentence}\n\n${SCRIPT.usage}`
  expect(parseCommandLine(args, SCRIPT)).toEqual({ code: 2, text })
})

test('a failure of the script itself is no wrong option', () => {
  const refuse = () => {
    throw new Error('a bug')
  }
  expect(() => parseCommandLine([], { ...SCRIPT, refuse })).toThrow('a bug')
})

/** The command line of the operator reads its options by commander, and `wrangler.ts` hands them to wrangler. */
const OTHERS = ['cli/main.ts', 'scripts/wrangler.ts']

test('every script of package.json that is our own reads its options here', () => {
  const own = Object.values(scripts).flatMap(
    (script) => /node\.mjs (\S+\.ts)/.exec(script)?.[1] ?? [],
  )
  expect(own).toContain('bench/main.ts')
  const others = own.filter((file) => !readFile(file).includes('readCommandLine({'))
  expect([...new Set(others)].toSorted()).toEqual(OTHERS)
})

function readFile(file: string): string {
  return readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
}
