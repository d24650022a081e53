/** The sealed records of a portal by their keys. They are counted as they stand: nothing is opened. */
import { pendingIn } from '../../core/access/installs/pending-row.ts'
import type { SealsView } from '../../core/views/seals-view.ts'
import type { PortalConfig } from '../settings.ts'
import type { PortalState } from '../state/portal-state.ts'

/** Everything that holds something sealed. */
export interface SealsViewParts {
  readonly config: { readonly sealer: Pick<PortalConfig['sealer'], 'keyIds' | 'keyIdOf'> }
  readonly state: Pick<PortalState, 'install' | 'pending'> & {
    readonly rows: Pick<PortalState['rows'], 'loadValues'>
  }
}

/** The view of a portal's seals. */
export function sealsView({ config, state }: SealsViewParts): SealsView {
  const { keyIds, keyIdOf } = config.sealer
  const counts = new Map(keyIds.map((id): [string, number] => [id, 0]))
  for (const sealed of sealedTexts(state)) {
    const id = keyIdOf(sealed)
    if (id !== null) counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  return {
    keys: [...counts].map(([key, records]) => ({
      key,
      configured: keyIds.includes(key),
      newest: keyIds[0] === key,
      records,
    })),
    copyBehind: state.install().kvDirty,
  }
}

function sealedTexts(state: SealsViewParts['state']): readonly string[] {
  const { application } = state.install()
  const pending = state.pending()
  return [
    ...[application?.tokens ?? [], application?.systemTokens ?? []].flat(),
    ...(pending === null ? [] : pendingIn(pending).map(({ sealed }) => sealed)),
    ...state.rows.loadValues().values(),
  ]
}
