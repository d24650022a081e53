/** The commands of wrangler that README and the pages tell to type: wrangler has each of them, with each of its options. */
import { execFile } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { isFull } from '../support/sampling.ts'

const ROOT = join(import.meta.dirname, '../..')
const WRANGLER = join(ROOT, 'node_modules/wrangler/bin/wrangler.js')

/** What stands behind `npm run wrangler --`, and `deploy` with what stands behind `npm run deploy --`. */
function commandsIn(page: string): readonly string[] {
  const found = page.matchAll(/npm run (wrangler|deploy) -- ([^`\n#]+)/gu)
  return [...found].map(([, script = '', rest = '']) =>
    (script === 'deploy' ? `deploy ${rest}` : rest).trim(),
  )
}

const pages = globSync(['README.md', 'docs/*.md'], { cwd: ROOT })
const commands = [
  ...new Set(pages.flatMap((page) => commandsIn(readFileSync(join(ROOT, page), 'utf8')))),
]

/** The words of a command before its values, and its options. */
function partsOf(command: string) {
  const words = command.split(' ')
  const options = words.filter((word) => word.startsWith('--'))
  const end = words.findIndex((word) => !/^[a-z]+$/u.test(word))
  return { names: words.slice(0, end < 0 ? undefined : end), options }
}

async function helpOf(names: readonly string[]): Promise<string> {
  const args = [WRANGLER, ...names, '--help']
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', NO_COLOR: '1' }
  const { stdout } = await promisify(execFile)(process.execPath, args, { env })
  return stdout
}

test('the commands are found on several pages', () => {
  expect(commands.length).toBeGreaterThan(6)
  expect(commandsIn('`npm run wrangler -- tail --search x`, `npm run deploy -- --a b`')).toEqual([
    'tail --search x',
    'deploy --a b',
  ])
})

// Each asks wrangler, which takes seconds to start; the gate asks it for one that is drawn.
const drawn = [commands[Math.floor(Math.random() * commands.length)] ?? '']

test.concurrent.each(isFull ? commands : drawn)('wrangler %s', async (command) => {
  const { names, options } = partsOf(command)
  const help = await helpOf(names)
  expect(help).toContain(`wrangler ${names.join(' ')}`)
  expect(options.filter((option) => !help.includes(` ${option} `))).toEqual([])
})
