/** `npm run bench -- cost`: counts what events cost, and prints the bill of a million of them. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatPlot } from '../plot.ts'
import { PRICE_SOURCES, PRICES_READ_ON } from '../prices.ts'
import { formatBills, formatCounts } from './bill-table.ts'
import { computeBill } from './bill.ts'
import { countEach, countLoops } from './count-loops.ts'
import { DISTANCES_MS, loopAt } from './loops.ts'

/** Counts every loop, and prints its bill. The plot is drawn into a folder; null: none is. */
export async function showCost({
  plotFolder,
  say,
}: {
  readonly plotFolder: string | null
  readonly say: (line: string) => void
}): Promise<void> {
  const counted = await countLoops()
  say('Dollars for a million events, three receivers at 0.3 s, kept for 30 days:\n')
  say(formatBills(counted))
  say(`\n${formatCounts(counted)}`)
  say(`\nPrices of ${PRICES_READ_ON}: ${PRICE_SOURCES.join(', ')}`)
  if (plotFolder !== null) await drawCost(plotFolder)
}

async function drawCost(folder: string): Promise<void> {
  const kinds = ['thin', 'enriched'] as const
  const loops = kinds.flatMap((kind) => DISTANCES_MS.map((everyMs) => loopAt(kind, everyMs)))
  const counts = await countEach(loops)
  const bills = counts.map((one, index) => computeBill(one, loops[index]?.events ?? 1))
  const series = kinds.map((kind, line) => ({
    name: kind,
    points: DISTANCES_MS.map((everyMs, index) => {
      const bill = bills[line * DISTANCES_MS.length + index]
      return [everyMs, bill?.total ?? 0] as const
    }),
  }))
  mkdirSync(folder, { recursive: true })
  const plot = formatPlot({
    title: 'Cost of a million events over the time from one event to the next',
    xLabel: 'from one event of a portal to the next',
    yLabel: 'dollars',
    xTicks: [
      [10, '10 ms'],
      [1000, '1 s'],
      [30_000, '30 s'],
      [360_000, '6 min'],
      [1_800_000, '30 min'],
    ],
    series,
  })
  writeFileSync(join(folder, 'cost.svg'), plot)
}
