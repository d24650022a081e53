/**
 * Plants one bug after the other in a copy of this tree, and lets the simulator look for it. `npm run plant -- --help`
 * tells how it is called.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readCommandLine, refuseArguments } from '../../scripts/command-line.ts'
import { PLANTED_BUGS, type PlantedBug } from './planted-bugs.ts'

const ROOT = join(import.meta.dirname, '../..')
const COPIED = [
  'src',
  'playground/portal',
  'test/simulation',
  'test/support',
  'scripts/command-line.ts',
  'package.json',
  'tsconfig.json',
]

const USAGE = `Usage:
  npm run plant -- [--only <part of a name>] [--seeds 2000]

Prints the seed that finds each planted bug, and the rule that it breaks. The exit code is 1 when one was not found.`

const { values } = readCommandLine({
  usage: USAGE,
  options: {
    only: { type: 'string', default: '' },
    seeds: { type: 'string', default: '2000' },
  },
  refuse: (line) => {
    const { only, seeds } = line.values
    if (!/^\d{1,9}$/.test(seeds)) return `A number of seeds is expected, not "${seeds}"`
    const isKnown = PLANTED_BUGS.some(({ name }) => name.includes(only))
    return isKnown ? refuseArguments(line) : `No planted bug has "${only}" in its name`
  },
})

const folder = mkdtempSync(join(tmpdir(), 'planted-bugs-'))
try {
  for (const name of COPIED) cpSync(join(ROOT, name), join(folder, name), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  for (const bug of PLANTED_BUGS) if (bug.name.includes(values.only)) lookFor(bug)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function lookFor({ name, file, before, after }: PlantedBug): void {
  const path = join(folder, 'src', file)
  const sound = readFileSync(path, 'utf8')
  if (sound.split(before).length !== 2) throw new Error(`"${name}" does not fit ${file} any more`)
  writeFileSync(
    path,
    sound.replace(before, () => after),
  )
  const script = join(folder, 'test/simulation/simulate.ts')
  const options = ['--first', '--seeds', values.seeds]
  const run = spawnSync(process.execPath, [script, ...options], { encoding: 'utf8' })
  writeFileSync(path, sound)
  const found = run.stdout.split('\n').find((line) => line.startsWith('Seed '))
  if (found === undefined) process.exitCode = 1
  const told = found ?? `not found in ${values.seeds} histories ${run.stderr.slice(0, 300)}`
  process.stdout.write(`${name}: ${told}\n`)
}
