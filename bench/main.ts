/**
 * `npm run bench` measures the relay beside others; `npm run bench -- cost` counts what its events cost.
 */
import { formatBills, formatCounts } from './cost/bill-table.ts'
import { countLoops } from './cost/count-loops.ts'
import { PRICE_SOURCES, PRICES_READ_ON } from './prices.ts'

const [what = 'speed'] = process.argv.slice(2)
if (what === 'cost') await showCost()
else throw new Error(`Cannot measure "${what}": say nothing, or cost`)

/** Counts every loop, and prints its bill. */
async function showCost(): Promise<void> {
  const counted = await countLoops()
  console.log('Dollars for a million events, three receivers at 0.3 s, kept for 30 days:\n')
  console.log(formatBills(counted))
  console.log(`\n${formatCounts(counted)}`)
  console.log(`\nPrices of ${PRICES_READ_ON}: ${PRICE_SOURCES.join(', ')}`)
}
