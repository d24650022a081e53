/** The problems of portals in words, as the reports in the directory name them. */
import type { ProblemReason } from '../../core/reports/problem.ts'

/** A problem in words. */
export interface ProblemWords {
  readonly tone: 'bad' | 'warn'
  readonly text: string
}

const WORDS: Readonly<Record<ProblemReason, readonly ['bad' | 'warn', string]>> = {
  portal_full: ['bad', 'its storage is full, and new events are refused'],
  tokens_lost: ['bad', 'the relay cannot call it any more, so events go out without their changes'],
  no_rights: [
    'bad',
    'the relay may not read what it needs, so events go out without their changes',
  ],
  suspended: ['bad', 'it does not answer the relay, because of its plan or because it is closed'],
  unfinished: ['bad', 'the installation is not finished, so Bitrix24 sends nothing'],
  pending: ['warn', 'an installation waits for a decision, and events are refused until then'],
  lane_disabled: ['bad', 'is disabled, and its events wait'],
  lane_failing: ['bad', 'fails again and again, and its events wait'],
  parked: ['warn', 'has parked events: the receiver did not take them'],
  events_not_bound: ['warn', 'Bitrix24 does not send all wanted events'],
}

/** Tells a problem. A word of a later version is told as it is. */
export function explainProblem(problem: string, destination: string | null): ProblemWords {
  if (!isKnown(problem)) return { tone: 'bad', text: problem }
  const [tone, text] = WORDS[problem]
  return { tone, text: destination === null ? text : `${destination} ${text}` }
}

function isKnown(problem: string): problem is ProblemReason {
  return Object.hasOwn(WORDS, problem)
}
