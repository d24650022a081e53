/**
 * Translates the names of Bitrix24's events. Example: `ONCRMDEALADD` is the canonical code, which the relay
 * uses inside and Bitrix24 sends; `onCrmDealAdd` is the documented spelling, for people;
 * `bitrix24.event.oncrmdealadd` is the delivery type, for receivers. A name that is not in the table of
 * topics works too, and people see its code.
 */
import { isBulletinName } from '../bulletins/bulletin.ts'
import type { FieldAction, FieldFamily } from '../log/event.ts'
import { moduleFieldCode } from '../fields/module-field.ts'
import { EVENT_TOPICS, meaningOf } from './topics.ts'
import { FIELD_ACTION_WORDS, FIELD_FAMILY_WORDS } from './topics/user-fields.ts'

// The form of an event's name. Modules choose it, for example `CATALOG.PRODUCT.ON.ADD` or `partner:visit-end`. A name
// has no sign that globs use, and no invisible one.
const CANONICAL = /^[A-Z][A-Z0-9_.:-]{2,121}$/

/** Every family of user fields, in the order of the documentation. */
export const FIELD_FAMILY_NAMES: readonly FieldFamily[] = FIELD_FAMILY_WORDS.map(
  ([, family]) => family,
)

/** Every action on a user field, in the order of the documentation. */
export const FIELD_ACTION_NAMES: readonly FieldAction[] = FIELD_ACTION_WORDS.map(
  ([, action]) => action,
)

/** The meaning of a user-field event's name. */
export interface UserFieldName {
  readonly family: FieldFamily
  readonly action: FieldAction
}

const USER_FIELDS_BY_CODE: ReadonlyMap<string, UserFieldName> = new Map(
  FIELD_FAMILY_NAMES.flatMap((family) =>
    FIELD_ACTION_NAMES.map((action): [string, UserFieldName] => [
      userFieldCode(family, action),
      { family, action },
    ]),
  ),
)

/**
 * The events that an application can bind, in the documented spelling, the 32 user-field events of the CRM first
 * (docs/bitrix24.md#event-names).
 */
export const BINDABLE_EVENTS: readonly string[] = EVENT_TOPICS.filter(
  ({ bindable }) => bindable !== false,
).flatMap(({ events }) => Object.keys(events))

/**
 * Returns the canonical code of an event's name in any case; null when the text is no such name.
 *
 * Names with other letters than ASCII are refused first: `toUpperCase()` would turn a dotless `ı` into `I`,
 * and so one name into another.
 */
export function canonicalName(raw: string): string | null {
  if (!/^[\x21-\x7e]+$/.test(raw)) return null
  const name = raw.toUpperCase()
  return CANONICAL.test(name) ? name : null
}

/** Returns the documented spelling of a canonical code, or the code itself when none is known. */
export function displayName(canonical: string): string {
  return meaningOf(canonical)?.spelling ?? canonical
}

/** Returns family and action for the canonical code of a user-field event; null for any other event. */
export function userFieldOf(canonical: string): UserFieldName | null {
  return USER_FIELDS_BY_CODE.get(canonical) ?? null
}

/**
 * Returns the type that receivers see, for example `bitrix24.crm.requisite_user_field.updated`. The name of a bulletin
 * is its type.
 */
export function deliveryType(canonical: string): string {
  if (isBulletinName(canonical)) return canonical
  const meaning = userFieldOf(canonical)
  if (meaning) return `bitrix24.crm.${meaning.family}_user_field.${meaning.action}`
  return `bitrix24.event.${canonical.toLowerCase()}`
}

/** Returns the canonical code of a user-field event, for example `ONCRMLEADUSERFIELDUPDATE`. */
export function userFieldCode(family: FieldFamily, action: FieldAction): string {
  if (family === 'module') return moduleFieldCode(action)
  const noun = FIELD_FAMILY_WORDS.find(([, known]) => known === family)?.[0] ?? family
  const verb = FIELD_ACTION_WORDS.find(([, known]) => known === action)?.[0] ?? action
  return `onCrm${noun}UserField${verb}`.toUpperCase()
}
