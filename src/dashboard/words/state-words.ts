/**
 * The states of portals and the problems of their lanes in words: for the portal's own page, and for a line of the
 * overview.
 */
import type { PortalStatus } from '../../core/access/portal-status.ts'
import type { ProblemReason } from '../../core/reports/problem.ts'
import type { Tone } from './tone.ts'

/** A state or a problem in words. */
export interface StateWords {
  readonly tone: Tone
  readonly text: string
}

/**
 * Each state that is not all right: its tone, its sentence on the page of the portal, and its words behind the portal's
 * name.
 */
const STATES: Readonly<Record<Exclude<PortalStatus, 'active'>, readonly [Tone, string, string?]>> =
  {
    portal_full: [
      'bad',
      'The storage of this portal is full, and new events are refused',
      'its storage is full, and new events are refused',
    ],
    pending: [
      'warn',
      'An installation waits for a decision, and events are refused until then',
      'an installation waits for a decision, and events are refused until then',
    ],
    unfinished: [
      'bad',
      'The installation is not finished, so Bitrix24 sends nothing',
      'the installation is not finished, so Bitrix24 sends nothing',
    ],
    tokens_lost: [
      'bad',
      'The relay cannot call the portal any more. Events still arrive, and go out without their changes',
      'the relay cannot call it any more, so events go out without their changes',
    ],
    no_rights: [
      'bad',
      'The relay may not read what it needs. Events still arrive, and go out without their changes',
      'the relay may not read what it needs, so events go out without their changes',
    ],
    suspended: [
      'bad',
      'The portal does not answer the relay, because of its plan or because it is closed',
      'it does not answer the relay, because of its plan or because it is closed',
    ],
    // An ended portal is no problem of the overview, so it has no words there.
    uninstalled: ['warn', 'The application is not installed any more'],
    deleted: ['bad', 'Bitrix24 says that the portal does not exist any more'],
  }

type OtherProblem = Exclude<ProblemReason, PortalStatus>

/** The problems that are no state of a portal. The words of the first three stand behind a destination. */
const PROBLEMS: Readonly<Record<OtherProblem, readonly [Tone, string]>> = {
  lane_disabled: ['bad', 'is disabled, and its events wait'],
  lane_failing: ['bad', 'fails again and again, and its events wait'],
  parked: ['warn', 'has parked events, which were not taken or set aside'],
  events_not_bound: ['warn', 'Bitrix24 does not send all wanted events'],
}

/** The sentence for a state on the page of the portal itself. */
export function explainState(state: Exclude<PortalStatus, 'active'>): StateWords {
  const [tone, text] = STATES[state]
  return { tone, text }
}

/** The words for a problem behind the name of its portal. A word of a later version is told as it is. */
export function explainProblem(problem: string, destination: string | null): StateWords {
  if (isState(problem)) {
    const [tone, sentence, text = sentence] = STATES[problem]
    return { tone, text }
  }
  if (!isOther(problem)) return { tone: 'bad', text: problem }
  const [tone, text] = PROBLEMS[problem]
  return { tone, text: destination === null ? text : `${destination} ${text}` }
}

function isState(problem: string): problem is keyof typeof STATES {
  return Object.hasOwn(STATES, problem)
}

function isOther(problem: string): problem is OtherProblem {
  return Object.hasOwn(PROBLEMS, problem)
}
