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

/** The events about fields of every module. List values have none of their own. */
export const MODULE_EVENTS: readonly string[] = (['ADD', 'UPDATE', 'DELETE'] as const).map(
  (action) => fieldEventName('module', action),
)

const ACTIONS: readonly FieldActionCode[] = ['ADD', 'UPDATE', 'DELETE', 'SETENUMVALUES']

/** The modules that have fields, with the scope that an application needs beside `userfieldconfig`. */
export const MODULE_SCOPES: Readonly<Record<string, string>> = {
  crm: 'crm',
  main: 'user',
  tasks: 'task',
  rpa: 'rpa',
  catalog: 'catalog',
}

/** The module of an entity; null for an entity that no module has. */
export function moduleOfEntity(entityId: string): string | null {
  const owners: readonly (readonly [RegExp, string])[] = [
    [/^CRM_/, 'crm'],
    [/^USER$/, 'main'],
    [/^TASKS_TASK$/, 'tasks'],
    [/^RPA_\d+$/, 'rpa'],
    [/^CATALOG_/, 'catalog'],
  ]
  return owners.find(([form]) => form.test(entityId))?.[1] ?? null
}

/** The entity of a family; smart processes have one each, so `CRM_1` stands for the first, and users for all modules. */
export function defaultEntityId(family: FieldFamily): string {
  if (family === 'module') return 'USER'
  return family === 'type' ? 'CRM_1' : `CRM_${family.toUpperCase()}`
}

/** The family of an entity: `CRM_<number>` and the smart documents are smart processes; null for others. */
export function familyOfEntity(entityId: string): FieldFamily | null {
  if (/^CRM_(?:[1-9]\d*|SMART_INVOICE|SMART_DOCUMENT)$/.test(entityId)) return 'type'
  const module = moduleOfEntity(entityId)
  if (module !== null && module !== 'crm') return 'module'
  return NAMED_FAMILIES.find((family) => defaultEntityId(family) === entityId) ?? null
}

/** The event code of an action, for example `ONCRMDEALUSERFIELDADD`. */
export function fieldEventName(family: FieldFamily, action: FieldActionCode): string {
  if (family === 'module') return `MAIN.ON.USER.TYPE.${action}`
  return `ONCRM${family.toUpperCase()}USERFIELD${action}`
}

/** The four event codes of a family, or the 32 of all. */
export function fieldEventNames(families: readonly FieldFamily[] = FAMILIES): string[] {
  return families.flatMap((family) => ACTIONS.map((action) => fieldEventName(family, action)))
}
