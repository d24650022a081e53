/**
 * The fields that vanish with a smart process. Bitrix24 sends one event for the smart process and none for its fields
 * (docs/bitrix24.md#deleted-fields), and afterwards it says of each field only that it may not be shown. So the event
 * itself is the portal's word that they are gone. Pure.
 */
import { readId } from '../events/data-paths.ts'
import { TYPE_DELETED } from '../events/wanted-events.ts'
import type { RelayEvent } from '../log/event.ts'
import { diffFields } from './changes.ts'
import { goneState, owedBy, snapshotOf, type FieldState } from './field-state.ts'
import { createReconciledEvent, type ReconciledEvent } from './reconciled-event.ts'

/**
 * The entity of the fields of a smart process that an event deletes, for example `CRM_13`; null for any other event.
 */
export function vanishedEntity({ name, data, quarantined }: RelayEvent): string | null {
  if (name !== TYPE_DELETED || quarantined !== null) return null
  const id = readId(data, ['ID'])
  return id !== null && /^\d{1,9}$/.test(id) ? `CRM_${id}` : null
}

/**
 * The event that tells the deletion of one field, and the field after it; null for a field that is gone already. It
 * names the time and the user of the event that deleted the smart process. `now`: unix milliseconds.
 */
export function tellVanished(
  state: FieldState,
  { ts, userId }: Pick<RelayEvent, 'ts' | 'userId'>,
  now: number,
): { readonly state: FieldState; readonly reconciled: ReconciledEvent } | null {
  if (state.presence === 'gone') return null
  const before = snapshotOf(state)
  const changes = before === null ? null : diffFields(before, null)
  const { event, enrichment } = createReconciledEvent(
    state,
    // A definition that was never read cannot be completed.
    { action: 'deleted', changes, owed: before === null ? [] : owedBy(state) },
    { readAt: now, userNames: new Map(), attributes: before },
  )
  return {
    state: goneState(state, { toldBy: null, readAt: now }),
    reconciled: { event: { ...event, ts, userId }, enrichment: { ...enrichment, userName: null } },
  }
}
