/** Counts what each loop costs: bundles the Worker that counts, and runs it in bare workerd. */
import { tmpdir } from 'node:os'
import { buildRelay } from '../../playground/relay-build.ts'
import { formatConfig } from '../runtime/config.ts'
import { makeScratchFolder } from '../runtime/scratch-folder.ts'
import { startWorkerd } from '../runtime/workerd.ts'
import type { LoopCounts } from './counts.ts'
import { LOOP_NAMES, LOOPS, type Loop, type LoopName } from './loops.ts'

const CONFIG = formatConfig({
  module: 'worker.js',
  objects: [{ binding: 'METERS', className: 'Meter' }],
})

/** Counts the loops of the bill. */
export async function countLoops(): Promise<ReadonlyMap<LoopName, LoopCounts>> {
  const counts = await countEach(LOOP_NAMES.map((name) => LOOPS[name]))
  return new Map(LOOP_NAMES.map((name, index) => [name, countsAt(counts, index)]))
}

/** Counts some loops, one after the other. */
export async function countEach(loops: readonly Loop[]): Promise<readonly LoopCounts[]> {
  const folder = makeScratchFolder(tmpdir(), 'relay-cost-')
  try {
    await buildRelay({ entry: 'bench/meter/worker.ts', outFolder: folder.path })
    const workerd = await startWorkerd({ config: CONFIG, folder: folder.path })
    try {
      const counted: LoopCounts[] = []
      for (const loop of loops) counted.push(await count(workerd.url, loop))
      return counted
    } finally {
      await workerd.kill()
    }
  } finally {
    folder.remove()
  }
}

async function count(url: string, loop: Loop): Promise<LoopCounts> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(loop) })
  const text = await response.text()
  if (!response.ok) throw new Error(`Cannot count the loop ${JSON.stringify(loop)}: ${text}`)
  // Sound: the Worker of bench/meter answers counts.
  return JSON.parse(text) as LoopCounts
}

function countsAt(counts: readonly LoopCounts[], index: number): LoopCounts {
  const found = counts[index]
  if (found === undefined) throw new Error('Cannot find the counts of a loop')
  return found
}
