/** Entries of DESTINATIONS, as a test writes them. */
import { readDestinations } from '../../../src/destinations/settings/read-destinations.ts'
import type { Destination } from '../../../src/destinations/settings/destination.ts'
import { SIGNING_SECRET } from '../worker/runtime-bindings.ts'

/** One entry of DESTINATIONS. */
export type Entry = Readonly<Record<string, unknown>> & { readonly name: string }

/** A signed webhook at `https://<name>.example.com/`. */
export function machine(name: string, changes: Readonly<Record<string, unknown>> = {}): Entry {
  const url = `https://${name}.example.com/`
  return { name, type: 'webhook', url, secret: SIGNING_SECRET, ...changes }
}

/** A Slack channel. */
export function person(name: string, changes: Readonly<Record<string, unknown>> = {}): Entry {
  const url = `https://hooks.slack.com/services/T0/B0/${name}`
  return { name, type: 'slack', url, ...changes }
}

/** Reads entries as a deployment does. */
export function configured(entries: readonly Entry[]): readonly Destination[] {
  const read = readDestinations(entries, () => undefined, { allowLocal: false })
  if (!read.ok) throw new Error(read.error)
  return read.value
}
