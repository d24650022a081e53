/**
 * The one table of event families, put together from its modules. A further family is one entry in a file of
 * `topics/`; everything else follows from it.
 */
import type { EventFamily, EventVerb } from './event-topic.ts'
import { APPLICATION_FAMILIES } from './topics/application.ts'
import { CRM_FAMILIES } from './topics/crm.ts'
import { BOOKING_FAMILIES, CATALOG_FAMILIES, SALE_FAMILIES } from './topics/shop.ts'
import { SIGN_FAMILIES } from './topics/sign.ts'
import { BOT_FAMILIES, CALL_FAMILIES, LINE_FAMILIES } from './topics/talk.ts'
import { USER_FIELD_FAMILIES } from './topics/user-fields.ts'
import { CALENDAR_FAMILIES, PEOPLE_FAMILIES, TASK_FAMILIES } from './topics/work.ts'

const TABLE = [
  ...USER_FIELD_FAMILIES,
  ...CRM_FAMILIES,
  ...CATALOG_FAMILIES,
  ...SALE_FAMILIES,
  ...BOOKING_FAMILIES,
  ...TASK_FAMILIES,
  ...CALENDAR_FAMILIES,
  ...PEOPLE_FAMILIES,
  ...SIGN_FAMILIES,
  ...CALL_FAMILIES,
  ...LINE_FAMILIES,
  ...BOT_FAMILIES,
  ...APPLICATION_FAMILIES,
] as const satisfies readonly EventFamily[]

/** The kinds of all families, for example `task`. */
export type FamilyKind = (typeof TABLE)[number]['kind']

/** A family of the table. */
export interface KnownFamily extends EventFamily {
  readonly kind: FamilyKind
}

/** Every family, the user fields of the CRM first. */
export const EVENT_FAMILIES: readonly KnownFamily[] = TABLE

/** What the name of an event means. */
export interface EventMeaning {
  readonly family: KnownFamily
  readonly verb: EventVerb
  /** As the documentation spells it; of an event of one type with the type's number. */
  readonly spelling: string
}

const MEANINGS: ReadonlyMap<string, EventMeaning> = new Map(
  EVENT_FAMILIES.flatMap((family) =>
    Object.entries({ ...family.events, ...family.misspelt }).map(
      ([spelling, verb]): [string, EventMeaning] => [
        spelling.toUpperCase(),
        { family, verb, spelling },
      ],
    ),
  ),
)

const BY_KIND: ReadonlyMap<string, KnownFamily> = new Map(
  EVENT_FAMILIES.map((family) => [family.kind, family]),
)

// The most digits that the number of a type can have.
const PER_TYPE = /^(?<base>.+)_(?<type>\d{1,9})$/

/** What a canonical code means; null for an event that no family knows. */
export function familyOf(code: string): EventMeaning | null {
  const known = MEANINGS.get(code)
  if (known !== undefined) return known
  const base = baseOf(code)
  if (base === null) return null
  const meaning = MEANINGS.get(base.code)
  return meaning === undefined
    ? null
    : { ...meaning, spelling: `${meaning.spelling}_${base.typeId}` }
}

/** The event of all types to which an event of one type belongs. */
export interface BaseEvent {
  /** Its canonical code, for example `ONCRMDYNAMICITEMADD`. */
  readonly code: string
  /** The number of the type, for example `147`. */
  readonly typeId: string
}

/** The base of `ONCRMDYNAMICITEMADD_147`; null for every code that is not one of a single type. */
export function baseOf(code: string): BaseEvent | null {
  const { base, type: typeId } = PER_TYPE.exec(code)?.groups ?? {}
  if (base === undefined || typeId === undefined) return null
  return MEANINGS.get(base)?.family.perType === true ? { code: base, typeId } : null
}

/** The family of a kind; null for a word that is none. */
export function familyOfKind(kind: string): KnownFamily | null {
  return BY_KIND.get(kind) ?? null
}
