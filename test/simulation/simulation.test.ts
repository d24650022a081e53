/** Plays histories in the gate, and more of them at night: see README.md beside this file. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { isFull } from '../support/sampling.ts'
import { shrink, tellFailure } from './failure.ts'
import { historyOf } from './history.ts'
import { PLANTED_BUGS } from './planted-bugs.ts'
import { play } from './play.ts'
import { tellPlayed } from './story.ts'

const HISTORIES = isFull ? 3000 : 150
const SHRINK_MS = 20_000
const TRACED_SEEDS = [3, 11, 56]

it(`keeps every rule in ${HISTORIES} histories`, { timeout: 1_800_000 }, async () => {
  for (let seed = 0; seed < HISTORIES; seed += 1) {
    const history = historyOf(seed)
    const [breach] = (await play(history)).breaches
    if (breach === undefined) continue
    const { rule } = breach
    const smallest = (await shrink(seed, { rule, limitMs: SHRINK_MS })) ?? history
    expect.fail(`Seed ${seed} breaks the rule "${rule}":\n${await tellFailure(smallest)}`)
  }
})

it.for(TRACED_SEEDS)('plays seed %i in the same way every time', async (seed) => {
  expect(await traceOf(seed)).toEqual(await traceOf(seed))
})

it('gives the clocks of the process back', async () => {
  const { setTimeout: timeout, clearTimeout: clear, fetch } = globalThis
  const { now } = Date
  const own = { ...globalThis.console }
  await play(historyOf(1))
  expect(globalThis.setTimeout).toBe(timeout)
  expect(globalThis.clearTimeout).toBe(clear)
  expect(globalThis.fetch).toBe(fetch)
  expect(Date.now).toBe(now)
  expect({ ...globalThis.console }).toEqual(own)
  expect(Object.hasOwn(crypto, 'getRandomValues')).toBe(false)
  expect(Object.hasOwn(crypto.subtle, 'digest')).toBe(false)
})

it.each(PLANTED_BUGS)('can plant the bug "$name"', ({ file, before }) => {
  const sound = readFileSync(join(import.meta.dirname, '../../src', file), 'utf8')
  expect(sound.split(before)).toHaveLength(2)
})

/** Everything that a history leaves: its story, every request with its time, every row, every line of the log. */
async function traceOf(seed: number): Promise<readonly string[]> {
  const { played, breaches } = await play(historyOf(seed))
  const { network, relay } = played
  const requests = network.seen.map(
    ({ at, method, url, headers, body }) =>
      `${at} ${method} ${url} ${JSON.stringify([...headers])} ${body}`,
  )
  const disks = [...relay.portals.all(), ...relay.pacers.all(), ...relay.directory.all()]
  const rows = disks.flatMap(({ disk }) => disk.texts())
  const broken = breaches.map(({ rule, what }) => `${rule}: ${what}`)
  return [tellPlayed(played), ...requests, ...rows, ...relay.lines, ...broken]
}
