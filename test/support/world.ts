/** What a test may put between the configuration and the portals' objects. */
import type { PortalSettings } from '../../src/portal/settings.ts'

/** Applies to every object that is constructed afterwards. */
export const world: { adapt: (settings: PortalSettings) => PortalSettings } = {
  adapt: (settings) => settings,
}
