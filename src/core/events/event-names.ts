/**
 * Translates the names of Bitrix24's events. Example: `ONCRMDEALADD` is the canonical code, which the relay
 * uses inside and Bitrix24 sends; `onCrmDealAdd` is the documented spelling, for people;
 * `bitrix24.event.oncrmdealadd` is the delivery type, for receivers. A name that is not in the tables works
 * too, and people see its code.
 */
import type { FieldAction, FieldFamily } from '../log/event.ts'

const CANONICAL = /^ON[A-Z0-9_]{1,120}$/

const FIELD_FAMILIES: readonly (readonly [word: string, family: FieldFamily])[] = [
  ['Requisite', 'requisite'],
  ['Lead', 'lead'],
  ['Deal', 'deal'],
  ['Contact', 'contact'],
  ['Company', 'company'],
  ['Quote', 'quote'],
  ['Invoice', 'invoice'],
  ['Type', 'type'],
]

/** Every family of user fields, in the order of the documentation. */
export const FIELD_FAMILY_NAMES: readonly FieldFamily[] = FIELD_FAMILIES.map(([, family]) => family)

const FIELD_ACTIONS: readonly (readonly [word: string, action: FieldAction])[] = [
  ['Add', 'added'],
  ['Update', 'updated'],
  ['Delete', 'deleted'],
  ['SetEnumValues', 'enum_values_set'],
]

/** Every action on a user field, in the order of the documentation. */
export const FIELD_ACTION_NAMES: readonly FieldAction[] = FIELD_ACTIONS.map(([, action]) => action)

// The nouns that have exactly the three events Add, Update and Delete (docs/bitrix24.md#event-names).
const CRM_NOUNS: readonly string[] = [
  'Requisite',
  'BankDetail',
  'Lead',
  'Deal',
  'DealRecurring',
  'Contact',
  'Company',
  'Quote',
  'Invoice',
  'InvoiceRecurring',
  'Type',
  'DynamicItem',
  'Activity',
  'TimelineComment',
  'DocumentGeneratorDocument',
  'Product',
  'ProductProperty',
  'ProductSection',
  'Measure',
  'Currency',
]

const OTHER_CRM_EVENTS: readonly string[] = [
  'onCrmAddressRegister',
  'onCrmAddressUnregister',
  'onCrmDealMoveToCategory',
  'onCrmDealRecurringExpose',
  'onCrmInvoiceSetStatus',
  'onCrmInvoiceRecurringExpose',
]

const OTHER_DOCUMENTED_EVENTS: readonly string[] = [
  'onAppInstall',
  'onAppUpdate',
  'onAppUninstall',
  'onAppPayment',
  'onAppMethodConfirm',
  'OnAppSettingsInstall',
  'OnAppSettingsDisplay',
  'OnAppSettingsChange',
  'onOfflineEvent',
]

/** The meaning of a user-field event's name. */
export interface UserFieldName {
  readonly family: FieldFamily
  readonly action: FieldAction
}

const USER_FIELD_NAMES: ReadonlyMap<string, UserFieldName> = new Map(
  FIELD_FAMILIES.flatMap(([noun, family]) =>
    FIELD_ACTIONS.map(([verb, action]): [string, UserFieldName] => [
      `onCrm${noun}UserField${verb}`,
      { family, action },
    ]),
  ),
)

/**
 * The CRM events that an application can bind, in the documented spelling, the 32 user-field events first
 * (docs/bitrix24.md#event-names).
 */
export const KNOWN_CRM_EVENTS: readonly string[] = [
  ...USER_FIELD_NAMES.keys(),
  ...CRM_NOUNS.flatMap((noun) => ['Add', 'Update', 'Delete'].map((verb) => `onCrm${noun}${verb}`)),
  ...OTHER_CRM_EVENTS,
]

const USER_FIELDS_BY_CODE: ReadonlyMap<string, UserFieldName> = new Map(
  [...USER_FIELD_NAMES].map(([name, meaning]) => [name.toUpperCase(), meaning]),
)

const DISPLAY_NAMES: ReadonlyMap<string, string> = new Map(
  [...KNOWN_CRM_EVENTS, ...OTHER_DOCUMENTED_EVENTS].map((name) => [name.toUpperCase(), name]),
)

/**
 * Returns the canonical code of an event's name in any case; null when the text is no such name.
 *
 * Names with other letters than ASCII are refused first: `toUpperCase()` would turn a dotless `ı` into `I`,
 * and so one name into another.
 */
export function canonicalName(raw: string): string | null {
  if (!/^[A-Za-z0-9_]+$/.test(raw)) return null
  const name = raw.toUpperCase()
  return CANONICAL.test(name) ? name : null
}

/** Returns the documented spelling of a canonical code, or the code itself when none is known. */
export function displayName(canonical: string): string {
  return DISPLAY_NAMES.get(canonical) ?? canonical
}

/** Returns family and action for the canonical code of a user-field event; null for any other event. */
export function userFieldOf(canonical: string): UserFieldName | null {
  return USER_FIELDS_BY_CODE.get(canonical) ?? null
}

/** Returns the type that receivers see, for example `bitrix24.crm.requisite_user_field.updated`. */
export function deliveryType(canonical: string): string {
  const meaning = userFieldOf(canonical)
  if (meaning) return `bitrix24.crm.${meaning.family}_user_field.${meaning.action}`
  return `bitrix24.event.${canonical.toLowerCase()}`
}

/** Returns the canonical code of a user-field event, for example `ONCRMLEADUSERFIELDUPDATE`. */
export function userFieldCode(family: FieldFamily, action: FieldAction): string {
  const noun = FIELD_FAMILIES.find(([, known]) => known === family)?.[0] ?? family
  const verb = FIELD_ACTIONS.find(([, known]) => known === action)?.[0] ?? action
  return `onCrm${noun}UserField${verb}`.toUpperCase()
}
