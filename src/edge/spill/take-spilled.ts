/** Hands a request that has waited in KV over to its portal's object, and reads the object's answer. */
import type { InstallRefusal } from '../../core/access/installs/install-refusal.ts'
import { withTimeout } from '../../storage/with-timeout.ts'
import type { RefusedFacts } from '../../storage/spill-store.ts'
import type { PortalClient } from '../portal-client.ts'
import type { SpilledRequest } from './spilled-request.ts'

/** The time that the object may take for an event or an uninstall, in milliseconds. Nobody waits for the answer. */
export const DRAIN_ANSWER_MS = 10_000

/** The time that the object may take for an installation, about which it asks an OAuth server and the portal. */
const DRAIN_INSTALL_MS = 20_000

/** The reason why an object does not believe a request out of the spill. */
export type SpillRefusal = 'untrusted' | Exclude<InstallRefusal, 'late'>

/**
 * The answer of the object. `dropped`: an uninstall came after the request, so nobody may have it any more.
 * `waits`: the object cannot take it now, so it stays in the spill. `refused`: the object does not believe it, and the
 * facts about it go to the operator.
 */
export type DrainAnswer =
  | { readonly kind: 'taken' }
  | { readonly kind: 'dropped'; readonly reason: 'erased' | 'late' }
  | { readonly kind: 'waits'; readonly reason: 'full' | 'too_many_hints' | 'busy' }
  | {
      readonly kind: 'refused'
      readonly reason: SpillRefusal
      readonly facts: Pick<RefusedFacts, 'kind' | 'event'>
    }

const TAKEN: DrainAnswer = { kind: 'taken' }

/** Hands one request over. Rejects when the object cannot be reached, or does not answer in time. */
export async function takeSpilled(
  client: PortalClient,
  spilled: SpilledRequest,
): Promise<DrainAnswer> {
  const { kind } = spilled
  switch (kind) {
    case 'append': {
      const { request } = spilled
      const answer = await withTimeout(
        client.append({ ...request, drained: true }),
        DRAIN_ANSWER_MS,
      )
      if (answer.kind === 'stored') return TAKEN
      if (answer.kind === 'erased') return { kind: 'dropped', reason: 'erased' }
      // A hint was counted when it was acknowledged, and a full object may have room later.
      if (answer.kind === 'full' || answer.kind === 'too_many_hints') {
        return { kind: 'waits', reason: answer.kind }
      }
      return refused(answer.kind, { kind, event: nameIn(request.event) })
    }
    case 'install': {
      const { request, network = null } = spilled
      const answer = await withTimeout(client.install(request, { network }), DRAIN_INSTALL_MS)
      if (answer.kind === 'busy') return { kind: 'waits', reason: 'busy' }
      if (answer.kind !== 'refused') return TAKEN
      if (answer.reason === 'late') return { kind: 'dropped', reason: 'late' }
      return refused(answer.reason, { kind, event: null })
    }
    case 'uninstall': {
      const answer = await withTimeout(client.uninstall(spilled.call), DRAIN_ANSWER_MS)
      return answer.kind === 'accepted' ? TAKEN : refused(answer.kind, { kind, event: null })
    }
  }
}

function refused(reason: SpillRefusal, facts: Pick<RefusedFacts, 'kind' | 'event'>): DrainAnswer {
  return { kind: 'refused', reason, facts }
}

/** The name of the event in an append; null when its text is no event. */
function nameIn(event: string): string | null {
  const name = /"name":"(?<name>[A-Za-z0-9_]{1,100})"/u.exec(event)?.groups?.['name']
  return name ?? null
}
