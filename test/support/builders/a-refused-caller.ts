/** A caller that was not let through, as the edge notes it. */
import type { RefusedCaller } from '../../../src/core/refused-caller.ts'
import { NOW } from '../time.ts'

/** A stranger's event in the name of a portal that nobody knows. */
export function aRefusedCaller(changes: Partial<RefusedCaller> = {}): RefusedCaller {
  return {
    at: NOW,
    network: '198.51.100',
    memberId: 'f'.repeat(32),
    request: 'event',
    reason: 'untrusted',
    ...changes,
  }
}
