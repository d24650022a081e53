/**
 * Measures the relay beside others, and counts what it costs:
 *
 *     npm run bench                   events a second, CPU, delay, losses
 *     npm run bench -- --peers        the same beside n8n and Node-RED as well
 *     npm run bench -- batch          batches beside single events, to receivers that take 100 ms
 *     npm run bench -- cost           the bill of a million events
 *
 * `--draw` draws the plot of docs/performance.md anew. `--folder /dev/shm` lets the servers store in memory: then the
 * disk, which all objects of one machine share, is no limit.
 */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { PROJECT_FOLDER, stopBuilds } from '../playground/relay-build.ts'
import { showCost } from './cost/show-cost.ts'
import { showBatches } from './speed/show-batches.ts'
import { showSpeed } from './speed/show-speed.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    peers: { type: 'boolean', default: false },
    draw: { type: 'boolean', default: false },
    folder: { type: 'string', default: tmpdir() },
  },
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stopBuilds()
    process.exit(130)
  })
}

const [what = 'speed'] = positionals
const plotFolder = values.draw ? join(PROJECT_FOLDER, 'docs', 'plots') : null
const say = (line: string): void => console.log(line)

if (what === 'cost') await showCost({ plotFolder, say })
else if (what === 'batch') await showBatches({ folder: values.folder, say })
else if (what === 'speed')
  await showSpeed({ withPeers: values.peers, folder: values.folder, plotFolder, say })
else throw new Error(`Cannot measure "${what}": say nothing, batch or cost`)
