/** README keeps its word: its two commands, its promises, its figures, its prices, its pictures and its address. */
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import deployPage from '../../docs/deploy.md?raw'
import performancePage from '../../docs/performance.md?raw'
import packageJson from '../../package.json'
import readme from '../../README.md?raw'

const ROOT = join(import.meta.dirname, '../..')

/** A picture of more bytes makes a page slow. */
const MAX_PICTURE_BYTES = 150_000

/** The text below a heading, up to the next heading of the same height. */
function sectionOf(page: string, heading: string): string {
  const start = page.indexOf(`\n${heading}\n`)
  expect(start).toBeGreaterThan(0)
  const height = /^#+ /u.exec(heading)?.[0] ?? ''
  const end = page.indexOf(`\n${height}`, start + heading.length)
  return page.slice(start, end < 0 ? undefined : end)
}

/** The names of tests in a text; one may hold `*`. */
function testsIn(text: string): readonly string[] {
  return [...text.matchAll(/`(test\/[^`]+)`/gu)].map(([, name = '']) => name)
}

function filesOf(name: string): readonly string[] {
  const pattern = name.endsWith('.ts') ? name : `${name}/**/*.test.ts`
  return globSync(pattern, { cwd: ROOT })
}

describe('the two commands', () => {
  const [, block = ''] = /```sh\n(.*?)```/su.exec(readme) ?? []
  const commands = block.trim().split('\n')

  it('stand first, each on one line', () => {
    expect(commands.map((line) => line.replace(/ +#.*$/u, ''))).toEqual([
      'npm ci && npm start',
      'npm ci && npm test',
    ])
    expect(readme.indexOf(block)).toBeLessThan(readme.indexOf('## '))
  })

  it('start what test/built/session.test.ts starts, and run every check', () => {
    const { start, test: all } = packageJson.scripts
    expect(start).toBe('node scripts/node.mjs playground/start.ts')
    expect(readFileSync(join(ROOT, 'test/built/session.test.ts'), 'utf8')).toContain('start.ts')
    for (const step of ['format:check', 'lint', 'types', 'build', 'tests'])
      expect(all).toContain(` ${step}`)
  })
})

describe('the promises', () => {
  const rows = sectionOf(readme, '## What it promises')
    .split('\n')
    .filter((row) => row.startsWith('| ') && row.includes('`test/'))
    .map((row) => {
      const [number = '', promise = '', shown = ''] = row.slice(1, -1).split('|')
      return { number: number.trim(), promise: promise.trim(), shown }
    })

  test('all ten of them are there, and others', () => {
    const numbers = rows.map(({ number }) => number).filter((number) => number !== '')
    expect(numbers).toEqual(Array.from({ length: 10 }, (_, index) => `G${index + 1}`))
    expect(rows.length).toBeGreaterThan(numbers.length)
  })

  test.each(rows)('$number $promise: tests show it', ({ number, shown }) => {
    const named = testsIn(shown)
    expect(named).not.toEqual([])
    expect(named.filter((name) => filesOf(name).length === 0)).toEqual([])
    const texts = named.flatMap(filesOf).map((file) => readFileSync(join(ROOT, file), 'utf8'))
    expect(texts.filter((text) => !/^ *(?:it|test|describe\w*)\b/mu.test(text))).toEqual([])
    // One of them says which promise it holds.
    const word = new RegExp(`\\b${number}\\b`, 'u')
    expect(texts.some((text) => word.test(text))).toBe(true)
  })
})

describe('the figures', () => {
  const told = sectionOf(readme, '## How fast')

  test('each price and each count of lost events is one of docs/performance.md', () => {
    const prices = [...told.matchAll(/\$\d+\.\d\d/gu)].map(([price]) => price)
    const counts = [...told.matchAll(/lost (\d+) of ([\d,]+)/gu)].map(([, lost, of]) => [
      lost,
      of?.replace(',', ''),
    ])
    expect([prices.length, counts.length]).toEqual([6, 2])
    expect(prices.filter((price) => !performancePage.includes(` ${price} |`))).toEqual([])
    const rows = [...performancePage.matchAll(/^\|.*\| +(\d+) \| +(\d+) \| +\d+ \|$/gmu)]
    const known = rows.map(([, of, lost]) => `${lost} of ${of}`)
    for (const [lost, of] of counts) expect(known).toContain(`${lost} of ${of}`)
  })

  test('each ratio is one of docs/performance.md', () => {
    const ratios = [...told.matchAll(/(\d\.\d\d) times/gu)].map(([, ratio]) => ratio)
    expect(ratios).toHaveLength(2)
    for (const ratio of ratios) expect(performancePage).toContain(`|  ${ratio} |`)
  })

  test('the bounds of a million events are the cheapest and the dearest loop', () => {
    const [, least, most] = /between (\$[\d.]+) and (\$[\d.]+)/u.exec(readme) ?? []
    const section = sectionOf(performancePage, '## What events cost')
    const totals = [...section.matchAll(/(\$\d+\.\d\d) \| +\$\d+\.\d\d \|$/gmu)]
    const sorted = totals.map(([, total = '']) => Number(total.slice(1))).toSorted((a, b) => a - b)
    expect([least, most]).toEqual([`$${sorted[0]}`, `$${sorted.at(-1)}`])
  })
})

describe('the example of a month', () => {
  // What the paid plan includes in a month, as docs/deploy.md tells it.
  const INCLUDED = { Worker: 10e6, objects: 1e6, seconds: 400_000 / 0.128, written: 50e6 }
  const EVENTS = 100_000
  const DESTINATIONS = 3

  test('stays within what the plan includes, by the counts of docs/performance.md', () => {
    expect(readme).toContain(`${EVENTS.toLocaleString('en')} events a month to three destinations`)
    const rows = [...performancePage.matchAll(/^\| ([a-z ]+(?:thin|enriched)) +\|(.*)\|$/gmu)]
      .map(([, , cells = '']) => cells.split('|').map(Number))
      .filter((cells) => cells.every((cell) => !Number.isNaN(cell)))
    expect(rows).toHaveLength(6)
    for (const [worker = 0, calls = 0, alarms = 0, seconds = 0, written = 0] of rows) {
      // A receiver for people has a pace, so each delivery asks the object that keeps it.
      const objects = calls + alarms + DESTINATIONS
      expect(worker * EVENTS).toBeLessThan(INCLUDED.Worker)
      expect(objects * EVENTS).toBeLessThan(INCLUDED.objects)
      expect(seconds * EVENTS).toBeLessThan(INCLUDED.seconds)
      expect((written + DESTINATIONS) * EVENTS).toBeLessThan(INCLUDED.written)
    }
  })

  test('docs/deploy.md tells these limits', () => {
    const words = ['10 million requests of the Worker', '1 million requests of objects']
    for (const word of [...words, '400,000 gigabyte-seconds', '50 million rows written'])
      expect(deployPage).toContain(word)
  })
})

describe('the address of the repository', () => {
  const name = packageJson.repository.replace('github:', '')

  test('is the one of package.json wherever a page tells to copy the repository', () => {
    const pages = { 'README.md': readme, 'docs/deploy.md': deployPage }
    const told = Object.entries(pages).flatMap(([page, text]) =>
      [...text.matchAll(/(?:git clone |[?]url=)https:\/\/github\.com\/([\w.-]+\/[\w.-]+)/gu)].map(
        ([, address]) => ({ page, address }),
      ),
    )
    expect(told.length).toBeGreaterThanOrEqual(3)
    expect(told.filter(({ address }) => address !== name)).toEqual([])
  })

  test('is explained once while nobody has published it', () => {
    const explained = readme.split('`OWNER`').length - 1
    expect(explained).toBe(name.startsWith('OWNER/') ? 1 : 0)
  })
})

test('each picture is there, is small, and has words for those who do not see it', () => {
  const pictures = [...readme.matchAll(/!\[([^\]]*)\]\((docs\/[^)]+)\)/gu)]
  expect(pictures.map(([, , file]) => file)).toEqual([
    'docs/images/slack.png',
    'docs/images/dashboard.png',
  ])
  for (const [, words = '', file = ''] of pictures) {
    expect(words.length).toBeGreaterThan(40)
    expect(existsSync(join(ROOT, file))).toBe(true)
    expect(statSync(join(ROOT, file)).size).toBeLessThan(MAX_PICTURE_BYTES)
  }
})

test('the table of contents leads to every section, in their order', () => {
  const [contents = ''] = /(?<=```\n\n)- \[.*?(?=\n\n## )/su.exec(readme) ?? []
  const links = [...contents.matchAll(/\[([^\]]+)\]\(#/gu)].map(([, words]) => words)
  const headings = [...readme.matchAll(/^## (.+)$/gmu)].map(([, words]) => words)
  expect(links).toEqual(headings)
})
