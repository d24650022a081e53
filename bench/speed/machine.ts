/** The machine on which figures were taken, in one line. */
import { cpus, loadavg, totalmem } from 'node:os'

/** Describes the machine, how busy it is at this moment, and where the servers store. */
export function describeMachine(folder: string): string {
  const cores = cpus()
  const gigabytes = Math.round(totalmem() / 2 ** 30)
  const [load = 0] = loadavg()
  const busy = load > cores.length / 2 ? ', shared cores' : ''
  const model = cores[0]?.model.trim() ?? 'unknown'
  const date = new Date().toISOString().slice(0, 10)
  return `${date}: ${cores.length} × ${model}, ${gigabytes} GiB, ${process.platform}, storage below ${folder}, load ${load.toFixed(1)} before the run${busy}`
}
