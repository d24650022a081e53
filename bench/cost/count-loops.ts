/** Counts what each loop costs: bundles the Worker that counts, and runs it in bare workerd. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildRelay } from '../../playground/relay-build.ts'
import { startWorkerd } from '../runtime/workerd.ts'
import type { LoopCounts } from './counts.ts'
import { LOOP_NAMES, type LoopName } from './loops.ts'

const CONFIG = `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker.js", esModule = embed "build/worker.js")],
      compatibilityDate = "2026-10-22",
      bindings = [(name = "METERS", durableObjectNamespace = "Meter")],
      durableObjectNamespaces = [(className = "Meter", uniqueKey = "meter", enableSql = true)],
      durableObjectStorage = (localDisk = "storage"))),
    (name = "storage", disk = (path = "{folder}/storage", writable = true)),
  ],
  sockets = [(name = "http", http = (), service = "main")],
);
`

/** Counts every loop. */
export async function countLoops(
  names: readonly LoopName[] = LOOP_NAMES,
): Promise<ReadonlyMap<LoopName, LoopCounts>> {
  const folder = await mkdtemp(join(tmpdir(), 'relay-cost-'))
  try {
    await buildRelay({ entry: 'bench/meter/worker.ts', outFolder: join(folder, 'build') })
    const workerd = await startWorkerd({ config: CONFIG, folder })
    try {
      const counted = new Map<LoopName, LoopCounts>()
      for (const name of names) {
        const response = await fetch(`${workerd.url}/${encodeURIComponent(name)}`)
        const text = await response.text()
        if (!response.ok) throw new Error(`Cannot count the loop "${name}": ${text}`)
        // Sound: the Worker of bench/meter answers counts.
        counted.set(name, JSON.parse(text) as LoopCounts)
      }
      return counted
    } finally {
      await workerd.kill()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
