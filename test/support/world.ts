/** What a test may put between the configuration and the portals' objects. */
import type { PortalSettings } from '../../src/portal/settings.ts'

/** What a test may replace. */
export interface World {
  /** Applies to every portal's object that is constructed afterwards. */
  adapt: (settings: PortalSettings) => PortalSettings
  /** The clock of the pacers, unix milliseconds; applies at once. */
  now: () => number
}

/** The world of the running test. */
export const world: World = {
  adapt: (settings) => settings,
  now: () => Date.now(),
}
