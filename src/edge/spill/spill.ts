/**
 * Writes to the spill: KV takes a request that its portal's object could not take. `drain.ts` brings it back
 * to the object later.
 */
import { describeError } from '../../core/safety/redact.ts'
import { NOT_STORED, type IntakeAnswer } from '../intake-answer.ts'
import type { IntakeDeps } from '../intake-deps.ts'
import { encodeSpilled, type SpilledRequest } from './spilled-request.ts'

/**
 * Spills a request. A request of a caller that the edge does not know is not spilled: only the object could
 * have proved it, and a stranger must not fill KV.
 */
export async function spillRequest(
  { spill, world }: Pick<IntakeDeps, 'spill' | 'world'>,
  { memberId, isTrusted }: { readonly memberId: string; readonly isTrusted: boolean },
  entry: {
    readonly receivedAt: number
    readonly receipt: string
    readonly spilled: SpilledRequest
  },
): Promise<IntakeAnswer> {
  if (!isTrusted) return NOT_STORED
  const { receivedAt, receipt, spilled } = entry
  try {
    const encoded = await encodeSpilled(spilled, { memberId, sealer: spill.sealer })
    if (!encoded.ok) return NOT_STORED
    await spill.store.save({ memberId, receivedAt, receipt }, encoded.value)
    return { kind: 'spilled' }
  } catch (error) {
    world.logLine('error', 'spill_failed', { memberId, error: describeError(error) })
    return NOT_STORED
  }
}
