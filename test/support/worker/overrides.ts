/** The values that a test may put between the configuration and the portals' objects. */
import type { PortalConfig, PortalSettings } from '../../../src/portal/settings.ts'
import type { World } from '../../../src/portal/world.ts'

/** Everything that a portal's object is given, in one flat list, so that a test can replace any of it. */
export type AdaptableSettings = PortalConfig & World & Omit<PortalSettings, 'config' | 'world'>

/** The things that a test may replace. */
export interface Overrides {
  /** Applies to every portal's object that is constructed afterwards. */
  adapt: (settings: AdaptableSettings) => AdaptableSettings
  /** The clock of the pacers, unix milliseconds; applies at once. */
  now: () => number
  /** Is given the storage of every portal's object before the object begins. */
  onStart: (storage: DurableObjectStorage) => void
}

/** The overrides of the running test. */
export const overrides: Overrides = {
  adapt: (settings) => settings,
  now: () => Date.now(),
  onStart: () => {},
}

/** The context of an object that begins now. */
export function started(ctx: DurableObjectState): DurableObjectState {
  overrides.onStart(ctx.storage)
  return ctx
}

/** The settings of an object that is constructed now. */
export function adaptSettings({
  config,
  world: outside,
  ...peers
}: PortalSettings): PortalSettings {
  const all = overrides.adapt({ ...config, ...outside, ...peers })
  // One list holds the members of both, and each part reads its own.
  return {
    config: all,
    world: all,
    installStore: all.installStore,
    directory: all.directory,
    pacer: all.pacer,
    callItself: all.callItself,
  }
}
