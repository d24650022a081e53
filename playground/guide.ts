/**
 * The guided first minute of the page: what to do next, and whether it was done. A step ends by itself as soon as the
 * playground shows what the step is about, whoever has done it and by which control.
 */

/** The part of a playground that decides how far the guide is. */
export interface GuideScene {
  readonly installed: boolean
  /** The last sequence of the portal's log; 0 before the first event. */
  readonly head: number
  readonly isRelayRunning: boolean
  /** The lane of the receiver that the guide breaks. */
  readonly lane: { readonly backlog: number; readonly failed: number } | null
  /** When the last event was lost on purpose, in unix milliseconds; null before that. */
  readonly lostAt: number | null
  /** When the last comparison has ended, in unix milliseconds; null before that. */
  readonly comparedAt: number | null
}

/** How far a guide is. */
export interface GuideProgress {
  /** The place of the present step; `GUIDE_STEPS.length` behind the last one. */
  readonly at: number
  /** Whether the relay was killed while the present step asked for it. */
  readonly wasDown: boolean
}

/** One step. */
export interface GuideStep {
  readonly title: string
  readonly text: string
  /** The words of the button that does the step; null where a person has only to read. */
  readonly offer: string | null
  readonly isDone: (scene: GuideScene, progress: GuideProgress) => boolean
}

/** The beginning. */
export const GUIDE_START: GuideProgress = { at: 0, wasDown: false }

/** All steps, in their order. */
export const GUIDE_STEPS = [
  {
    title: 'Change a field',
    text: 'Press Edit beside “Tax number” and give it another label. Bitrix24 then tells the relay once that something has changed, and not what.',
    offer: 'Do it for me',
    isDone: ({ head }) => head > 0,
  },
  {
    title: 'Read the message',
    text: 'Slack says what the label was, what it is now, and who has changed it. The tabs above it show the same in other chats; programs get it as signed JSON.',
    offer: null,
    isDone: () => false,
  },
  {
    title: 'Break a receiver',
    text: 'Choose “Down” at Slack and change a field once more. Only the lane of Slack waits, and it says for what; everybody else has the event at once.',
    offer: 'Do it for me',
    isDone: ({ lane }) => lane !== null && lane.backlog > 0 && lane.failed > 0,
  },
  {
    title: 'Let it work again',
    text: 'Choose “Works” at Slack. What has waited arrives in its order, by itself at the next try, or at once with “Try now”.',
    offer: 'Do it for me',
    isDone: ({ lane }) => lane?.backlog === 0,
  },
  {
    title: 'Kill the relay',
    text: 'It ends like a machine that loses its power, and starts again on the same disk. Nothing that was stored is lost, and nothing is told twice.',
    offer: 'Kill it',
    isDone: ({ isRelayRunning }, { wasDown }) => wasDown && isRelayRunning,
  },
  {
    title: 'Lose an event',
    text: 'Switch on “Lose the next event”, change a field, and press “Reconcile now”: the relay compares every field with what it knows, and tells the change all the same.',
    offer: 'Do it for me',
    isDone: ({ lostAt, comparedAt }) =>
      lostAt !== null && comparedAt !== null && comparedAt > lostAt,
  },
] as const satisfies readonly GuideStep[]

/** The progress after a look at the playground. An uninstalled portal proves nothing, so the guide waits. */
export function advanceGuide(progress: GuideProgress, scene: GuideScene): GuideProgress {
  const step: GuideStep | undefined = GUIDE_STEPS[progress.at]
  if (step === undefined || !scene.installed) return progress
  const seen = { ...progress, wasDown: progress.wasDown || !scene.isRelayRunning }
  return step.isDone(scene, seen) ? nextStep(progress) : seen
}

/** The progress when a person goes on without the step. */
export function nextStep({ at }: GuideProgress): GuideProgress {
  return { at: Math.min(at + 1, GUIDE_STEPS.length), wasDown: false }
}
