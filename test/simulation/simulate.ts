/** Plays many histories. `npm run simulate -- --help` tells how it is called. */
import { readCommandLine, refuseArguments } from '../../scripts/command-line.ts'

// The classes of Durable Objects can be imported only behind these hooks.
await import('./register.mjs')
const { historyOf } = await import('./history.ts')
const { play } = await import('./play.ts')
const { shrink, tellFailure } = await import('./failure.ts')

const PROGRESS_MS = 2000
const SHRINK_MS = 60_000

const USAGE = `Usage:
  npm run simulate -- [--seeds 1000] [--from 0] [--first]

Plays one history for each seed. The first failing history of each broken rule is made small and told; with --first it
is only named, and nothing follows. The exit code is 1 when any has failed.`

const { values } = readCommandLine({
  usage: USAGE,
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '0' },
    first: { type: 'boolean', default: false },
  },
  refuse: (line) =>
    refuseCount(line.values.seeds) ?? refuseCount(line.values.from) ?? refuseArguments(line),
})
const from = Number(values.from)
const end = from + Number(values.seeds)

const counts = { histories: 0, steps: 0, crashes: 0 }
const brokenBy = new Map<string, number>()
const begun = performance.now()
let shownAt = begun

for (let seed = from; seed < end; seed += 1) {
  const history = historyOf(seed)
  const { played, breaches } = await play(history)
  counts.histories += 1
  counts.steps += history.moments.length
  counts.crashes += played.portals.reduce((sum, one) => sum + played.objectOf(one).crashes, 0)
  for (const rule of new Set(breaches.map((breach) => breach.rule))) {
    brokenBy.set(rule, (brokenBy.get(rule) ?? 0) + 1)
    if (values.first) print(`Seed ${seed} breaks the rule "${rule}"`)
    else if (brokenBy.get(rule) === 1) await tell(seed, rule)
  }
  if (values.first && brokenBy.size > 0) break
  if (performance.now() - shownAt > PROGRESS_MS) show()
}
show()
process.exitCode = brokenBy.size > 0 ? 1 : 0

function refuseCount(text: string): string | null {
  return /^\d{1,9}$/.test(text) ? null : `A number of seeds is expected, not "${text}"`
}

function show(): void {
  shownAt = performance.now()
  const { histories, steps, crashes } = counts
  const perSecond = (histories / ((shownAt - begun) / 1000)).toFixed(1)
  const broken = [...brokenBy].map(([rule, count]) => `${rule}: ${count}`).join(', ')
  const line = `${histories} of ${end - from} histories, ${perSecond}/s, ${steps} steps, ${crashes} crashes`
  print(`${line}; broken: ${broken === '' ? 'nothing' : broken}`)
}

async function tell(seed: number, rule: string): Promise<void> {
  print(`\nSeed ${seed} breaks the rule "${rule}". It is made smaller for at most a minute.`)
  const smallest = (await shrink(seed, { rule, limitMs: SHRINK_MS })) ?? historyOf(seed)
  print(`\n${await tellFailure(smallest)}\n`)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
