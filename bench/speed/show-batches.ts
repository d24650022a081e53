/** `npm run bench -- batch`: what batches are worth to receivers that take 100 ms for an answer. */
import { BATCHING, DELIVERING } from '../contenders/relay.ts'
import { ratiosOf, spreadOf } from '../statistics.ts'
import { formatTable } from '../table.ts'
import { Field } from './field.ts'
import { describeMachine } from './machine.ts'
import { runRound, type Round } from './rounds.ts'

const ROUNDS = 5

/** Events of a round: the sends of single events alone take four seconds. */
const ALONE = 40
const TOGETHER = 1000

/** Measures single sends and batches in turn, and prints the events a second that each receiver has got. */
export async function showBatches({
  folder,
  say,
}: {
  readonly folder: string
  readonly say: (line: string) => void
}): Promise<void> {
  const field = await Field.open(folder)
  try {
    say(describeMachine(folder))
    field.receivers.become('slow')
    const alone: Round[] = []
    const together: Round[] = []
    // The first round makes the lanes.
    for (let round = 0; round <= ROUNDS; round += 1) {
      const single = await runRound(field, { kind: DELIVERING, portals: 1 }, ALONE)
      const batches = await runRound(field, { kind: BATCHING, portals: 1 }, TOGETHER)
      if (round === 0) continue
      alone.push(single)
      together.push(batches)
    }
    say(`\nDelivered to three receivers, each of which takes 100 ms for an answer:\n`)
    say(formatRounds({ alone, together }))
  } finally {
    await field.close()
  }
}

function formatRounds(rounds: Readonly<Record<'alone' | 'together', readonly Round[]>>): string {
  const base = rounds.alone.map(({ finished }) => finished)
  const rows = Object.entries(rounds).map(([name, series]) => {
    const finished = series.map((round) => round.finished)
    const [perSecond, ratio] = [spreadOf(finished), spreadOf(ratiosOf(finished, base))]
    return [
      name === 'alone' ? 'each event alone' : '`batch = {}`',
      perSecond.median.toFixed(0),
      `${perSecond.least.toFixed(0)}–${perSecond.most.toFixed(0)}`,
      ratio.median.toFixed(1),
      `${ratio.least.toFixed(1)}–${ratio.most.toFixed(1)}`,
      spreadOf(series.map(({ cpuMs }) => cpuMs)).median.toFixed(2),
    ]
  })
  const header = ['one portal', 'events/s', 'range', 'ratio', 'range', 'CPU ms/event']
  return formatTable(header, rows)
}
