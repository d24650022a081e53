/**
 * Plants one bug after the other in a copy of this tree, and lets the simulator look for it: `npm run plant`, or
 * `npm run plant -- --only cursor --seeds 2000`. It prints the seed that finds each bug, and the rule. The exit
 * code is 1 when one was not found.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { PLANTED_BUGS, type PlantedBug } from './planted-bugs.ts'

const ROOT = join(import.meta.dirname, '../..')
const COPIED = ['src', 'test/simulation', 'test/support', 'package.json', 'tsconfig.json']

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    seeds: { type: 'string', default: '2000' },
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
