/** Measures the relay beside others, and counts what it costs. `npm run bench -- --help` tells how it is called. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PROJECT_FOLDER, stopBuilds } from '../playground/relay-build.ts'
import { readCommandLine, refuseArguments } from '../scripts/command-line.ts'
import { showCost } from './cost/show-cost.ts'
import { showBatches } from './speed/show-batches.ts'
import { showSpeed } from './speed/show-speed.ts'

const USAGE = `Usage:
  npm run bench                   events a second, CPU, delay, losses
  npm run bench -- --peers        the same beside n8n and Node-RED as well
  npm run bench -- batch          batches beside single events, to receivers that take 100 ms
  npm run bench -- cost           the bill of a million events

Options:
  --draw             draws the plot of docs/performance.md anew
  --folder <folder>  where the servers store, for example /dev/shm to store in memory: then the disk, which all objects
                     of one machine share, is no limit`

const MEASUREMENTS = ['speed', 'batch', 'cost']

const { values, positionals } = readCommandLine({
  usage: USAGE,
  options: {
    peers: { type: 'boolean', default: false },
    draw: { type: 'boolean', default: false },
    folder: { type: 'string', default: tmpdir() },
  },
  refuse: ({ positionals: [first = 'speed', ...more] }) =>
    MEASUREMENTS.includes(first)
      ? refuseArguments({ positionals: more })
      : `Cannot measure "${first}": say nothing, batch or cost`,
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
else await showSpeed({ withPeers: values.peers, folder: values.folder, plotFolder, say })
