/** Decides whether a portal is bound to an event, by the wanted events and by the last look at the bindings. Pure. */
import type { Subscriptions } from '../access/installs/install.ts'
import type { MissingEvent } from '../events/missing-events.ts'
import { meaningOf } from '../events/topics.ts'
import { sharedName } from '../events/twins.ts'
import { isByGlob, matchesOf, type WantedPatterns } from '../events/wanted-events.ts'

/** Whether a portal is bound to an event. */
export type Binding =
  /**
   * `own`: it comes without a binding. `by_hand`: it comes by the portal's outgoing webhook when it is ticked in its
   * form, whatever the configuration wants to be bound.
   */
  | { readonly kind: 'bound' | 'unchecked' | 'own' | 'by_hand' | 'not_wanted' }
  /** `because` is null in rows of versions that did not say it. */
  | { readonly kind: 'missing'; readonly because: MissingEvent | null }

/** Everything from which the binding follows. */
export interface BindingTerms {
  readonly wanted: WantedPatterns
  /** The canonical names that are wanted of a portal which nobody has asked. */
  readonly wantedEvents: readonly string[]
  /** Whether an application is installed, which the relay can bind. */
  readonly hasApplication: boolean
  /** Whether an outgoing webhook of the portal is known. */
  readonly hasWebhook: boolean
  readonly subscriptions: Pick<Subscriptions, 'checkedAt' | 'missing' | 'missingBecause'>
}

/** The binding of an event, by its canonical name. */
export function findBinding(event: string, terms: BindingTerms): Binding {
  const { subscriptions, hasApplication, hasWebhook } = terms
  if (meaningOf(event)?.topic.bindable === false) return { kind: 'own' }
  const names = [event, sharedName(event)]
  if (!hasApplication) return { kind: 'by_hand' }
  if (!names.some((name) => isWanted(name, terms))) {
    return { kind: hasWebhook ? 'by_hand' : 'not_wanted' }
  }
  const because = subscriptions.missingBecause?.find((one) => isAbout(one.event, names)) ?? null
  if (because !== null || subscriptions.missing.some((one) => names.includes(one))) {
    return { kind: 'missing', because }
  }
  return { kind: subscriptions.checkedAt === null ? 'unchecked' : 'bound' }
}

function isWanted(name: string, { wanted, wantedEvents }: BindingTerms): boolean {
  return wanted.names.includes(name) || wantedEvents.includes(name) || isByGlob(name, wanted)
}

/** The name of a missing event may be a glob of the configuration. */
function isAbout(missing: string, names: readonly string[]): boolean {
  return names.includes(missing) || (/[*?]/.test(missing) && matchesOf(missing, names).length > 0)
}
