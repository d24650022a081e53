/** Why a simulated portal sends nothing, in words, and the way back. */
import type { PortalSimulator } from './portal/portal.ts'

/** Why nothing comes, and what ends it. */
export interface Silence {
  readonly text: string
  /** The same in a few words, for every place where something would come. */
  readonly short: string
  /** The words of the button that ends it. */
  readonly offer: string
  /** The action of that button. */
  readonly act: Readonly<Record<string, unknown>>
}

/** Why no event is sent; null while events are sent. */
export function silenceOf({
  installed,
  conditions,
}: Pick<PortalSimulator, 'installed' | 'conditions'>): Silence | null {
  if (!installed) {
    return {
      text: 'The application is uninstalled: Bitrix24 sends no event, and the relay has deleted the tokens and the log of this portal',
      short: 'Uninstalled: Bitrix24 sends nothing',
      offer: 'Install again',
      act: { action: 'install' },
    }
  }
  if (conditions.licence === 'paid') return null
  return {
    text: 'The plan of the portal has ended: Bitrix24 sends no event, and answers every call with PAYMENT_REQUIRED',
    short: 'The plan has ended: Bitrix24 sends nothing',
    offer: 'Pay the plan',
    act: { action: 'switch', name: 'planEnded', on: false },
  }
}
