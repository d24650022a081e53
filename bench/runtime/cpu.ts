/** The CPU time of another process, as Linux counts it. */
import { readFileSync } from 'node:fs'

/** Linux counts in hundredths of a second for every program, whatever the kernel's own clock is. */
const TICK_MS = 10

/** The CPU time of a process so far, in milliseconds; NaN where there is no /proc. */
export function cpuMsOf(pid: number): number {
  try {
    return parseCpuMs(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    // Not Linux, or the process is gone.
    return Number.NaN
  }
}

/** The CPU time in the text of /proc/<pid>/stat: user and system, the 14th and 15th field of proc(5). */
export function parseCpuMs(stat: string): number {
  // The second field is the name of the program in parentheses, and may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}
