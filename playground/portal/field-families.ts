/**
 * The eight families of CRM user fields, with their entities, their methods and the names of their events.
 * All smart processes share the family `type`; their entity tells them apart (docs/bitrix24.md#user-fields).
 */

import type { FieldFamily } from '../../src/core/log/event.ts'

/** The four user-field actions, as the last part of the event code. */
export type FieldActionCode = 'ADD' | 'UPDATE' | 'DELETE' | 'SETENUMVALUES'

/** The families with methods of their own, `crm.<family>.userfield.*`. */
export const NAMED_FAMILIES = [
  'requisite',
  'lead',
  'deal',
  'contact',
  'company',
  'quote',
  'invoice',
] as const satisfies readonly FieldFamily[]

/** All families. */
export const FAMILIES: readonly FieldFamily[] = [...NAMED_FAMILIES, 'type']

const ACTIONS: readonly FieldActionCode[] = ['ADD', 'UPDATE', 'DELETE', 'SETENUMVALUES']

/** The entity of a family; smart processes have one each, so `CRM_1` stands for the first. */
export function defaultEntityId(family: FieldFamily): string {
  return family === 'type' ? 'CRM_1' : `CRM_${family.toUpperCase()}`
}

/** The family of an entity: `CRM_<number>` and the smart documents are smart processes; null for others. */
export function familyOfEntity(entityId: string): FieldFamily | null {
  if (/^CRM_(?:[1-9]\d*|SMART_INVOICE|SMART_DOCUMENT)$/.test(entityId)) return 'type'
  return NAMED_FAMILIES.find((family) => defaultEntityId(family) === entityId) ?? null
}

/** The event code of an action, for example `ONCRMDEALUSERFIELDADD`. */
export function fieldEventName(family: FieldFamily, action: FieldActionCode): string {
  return `ONCRM${family.toUpperCase()}USERFIELD${action}`
}

/** The four event codes of a family, or the 32 of all. */
export function fieldEventNames(families: readonly FieldFamily[] = FAMILIES): string[] {
  return families.flatMap((family) => ACTIONS.map((action) => fieldEventName(family, action)))
}
