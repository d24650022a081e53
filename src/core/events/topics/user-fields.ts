/**
 * The events about the definitions of user fields. The eight families of the CRM are read before and after
 * (docs/bitrix24.md#user-fields); `MAIN.ON.USER.TYPE.*` tells of the fields of every module, by number only.
 */
import type { FieldAction, FieldFamily } from '../../log/event.ts'
import type { EventTopic } from '../event-topic.ts'

/** A family of the CRM's user fields, which its events name. */
type CrmFamily = Exclude<FieldFamily, 'module'>

/** The families of the CRM's user fields with the words of their events, in the order of the documentation. */
export const FIELD_FAMILY_WORDS = [
  ['Requisite', 'requisite'],
  ['Lead', 'lead'],
  ['Deal', 'deal'],
  ['Contact', 'contact'],
  ['Company', 'company'],
  ['Quote', 'quote'],
  ['Invoice', 'invoice'],
  ['Type', 'type'],
] as const satisfies readonly (readonly [word: string, family: CrmFamily])[]

/** The actions on a user field with the words of their events, in the order of the documentation. */
export const FIELD_ACTION_WORDS = [
  ['Add', 'added'],
  ['Update', 'updated'],
  ['Delete', 'deleted'],
  ['SetEnumValues', 'enum_values_set'],
] as const satisfies readonly (readonly [word: string, action: FieldAction])[]

const CRM_FIELDS = FIELD_FAMILY_WORDS.map(([noun, family]) => ({
  kind: `${family}_user_field` as const,
  scope: 'crm',
  events: Object.fromEntries(
    FIELD_ACTION_WORDS.map(([verb, action]) => [`onCrm${noun}UserField${verb}`, action] as const),
  ),
})) satisfies readonly EventTopic[]

const MAIN_EVENTS = {
  'MAIN.ON.USER.TYPE.ADD': 'added',
  'MAIN.ON.USER.TYPE.UPDATE': 'updated',
  'MAIN.ON.USER.TYPE.DELETE': 'deleted',
} as const

/** The topics of user fields: one for each family of the CRM, and one for every module. */
export const USER_FIELD_TOPICS = [
  ...CRM_FIELDS,
  { kind: 'user_field', scope: 'userfieldconfig', events: MAIN_EVENTS },
] as const satisfies readonly EventTopic[]
