/**
 * Tells the operator of a caller that was not let through: by a line in the log, and by an entry in the directory's
 * list. The note takes the counts of the isolate along, since it goes to an object anyway.
 */
import type { RefusedCaller } from '../../core/refused-caller.ts'
import { describeError } from '../../core/safety/redact.ts'
import type { LineWriter } from '../../log.ts'
import type { DirectoryRemote } from '../../objects/directory.ts'
import type { CallerMemory } from './caller-memory.ts'
import type { RefusalSampler } from './refusal-sampler.ts'

/** The dependencies of the note. */
export interface NoteRefusedCallerDeps {
  readonly memory: Pick<CallerMemory, 'isKnown'> & {
    readonly counts: Pick<CallerMemory['counts'], 'take' | 'giveBack'>
  }
  readonly sampler: Pick<RefusalSampler, 'takes' | 'takesLine'>
  readonly directory: Pick<DirectoryRemote, 'noteRefused'>
  readonly logLine: LineWriter
}

/**
 * Tells log and directory of a refused caller, as seldom as the sampler says. Without the directory the list lacks an
 * entry, and the counts wait for the next call. Never rejects.
 */
export async function noteRefusedCaller(
  { memory, sampler, directory, logLine }: NoteRefusedCallerDeps,
  refused: RefusedCaller,
): Promise<void> {
  const { memberId, network, request, reason } = refused
  const isKnown = memberId !== null && memory.isKnown(memberId)
  if (sampler.takesLine(refused, { isKnown })) {
    logLine('warn', 'caller_refused', { memberId, known: isKnown, network, request, reason })
  }
  if (!sampler.takes(refused, { isKnown })) return
  const edgeTally = memory.counts.take()
  try {
    await directory.noteRefused(refused, edgeTally)
  } catch (error) {
    memory.counts.giveBack(edgeTally)
    logLine('warn', 'refusal_unnoted', { error: describeError(error) })
  }
}
