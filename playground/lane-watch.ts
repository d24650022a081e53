/**
 * Watches the lanes of one portal, and asks for its comparison. It uses the relay's admin API only, as an
 * operator's own tool would.
 */
import type { PortalAnswer } from '../src/core/views/whole-view.ts'

/** The latest answers of the relay. */
export interface LaneWatch {
  /** Null until the relay has answered. */
  readonly view: PortalAnswer | null
  /** The error of the last question; null when it was answered. */
  readonly problem: string | null
  /** Tells a lane to try at once (`resume`); resolves with the relay's status, null when it does not answer. */
  resume(destination: string): Promise<number | null>
  /** Asks for a comparison with the portal at once; resolves like `resume`, with 202 when it began. */
  reconcile(): Promise<number | null>
  stop(): void
}

const INTERVAL_MS = 700

/** Asks again and again; `onChange` is called when the answer differs from the one before. */
export function createLaneWatch({
  url,
  adminToken,
  onChange,
}: {
  url: string
  adminToken: string
  onChange: () => void
}): LaneWatch {
  const headers = { authorization: `Bearer ${adminToken}` }
  let view: PortalAnswer | null = null
  let problem: string | null = null
  let seen = ''

  async function ask(): Promise<void> {
    try {
      const response = await fetch(url, { headers, signal: AbortSignal.timeout(5000) })
      const text = await response.text()
      // Sound: the admin API answers in this form.
      if (response.ok) view = JSON.parse(text) as PortalAnswer
      problem = response.ok ? null : `The relay answers ${response.status}`
    } catch {
      // Refused, cut or too late: the relay is not there at the moment.
      problem = 'The relay does not answer'
    }
    const next = JSON.stringify([view, problem])
    if (next !== seen) onChange()
    seen = next
  }

  async function post(path: string): Promise<number | null> {
    try {
      const response = await fetch(url + path, { method: 'POST', headers })
      await response.text()
      return response.status
    } catch {
      // Killed a moment ago, perhaps in the middle of its answer.
      return null
    }
  }

  let timer = setTimeout(repeat, 0)
  let isStopped = false
  async function repeat(): Promise<void> {
    await ask()
    if (!isStopped) timer = setTimeout(repeat, INTERVAL_MS)
  }

  return {
    get view() {
      return view
    },
    get problem() {
      return problem
    },
    resume: (destination) => post(`/lanes/${encodeURIComponent(destination)}/resume`),
    reconcile: () => post('/reconcile'),
    stop() {
      isStopped = true
      clearTimeout(timer)
    },
  }
}
