/**
 * All texts that a language needs. They hold `{name}` placeholders and no markup of any receiver, which
 * test/destinations/language/catalogue.test.ts checks. Plural forms follow `Intl.PluralRules`.
 */
import type { BulletinWords } from './bulletin-words.ts'
import type { EventWords } from './event-words.ts'
import type { Plural } from './plural.ts'
import type { FieldAction, FieldFamily, ThinReason } from '../../core/log/event.ts'

/** The attributes of a field's definition that have words of their own. */
export type AttributeName =
  | 'EDIT_FORM_LABEL'
  | 'LIST_COLUMN_LABEL'
  | 'LIST_FILTER_LABEL'
  | 'USER_TYPE_ID'
  | 'MANDATORY'
  | 'MULTIPLE'
  | 'SHOW_IN_LIST'
  | 'EDIT_IN_LIST'
  | 'SHOW_FILTER'
  | 'IS_SEARCHABLE'
  | 'SORT'
  | 'HELP_MESSAGE'
  | 'ERROR_MESSAGE'
  | 'XML_ID'
  | 'SETTINGS'

/** The types of fields that have words of their own. */
export type FieldType =
  | 'string'
  | 'integer'
  | 'double'
  | 'boolean'
  | 'date'
  | 'datetime'
  | 'enumeration'
  | 'money'
  | 'url'
  | 'address'
  | 'file'
  | 'employee'
  | 'crm'
  | 'crm_status'
  | 'iblock_section'
  | 'iblock_element'
  | 'resourcebooking'

/** The settings inside of `SETTINGS` that have words of their own. */
export type SettingName =
  | 'DEFAULT_VALUE'
  | 'ROWS'
  | 'SIZE'
  | 'PRECISION'
  | 'MIN_VALUE'
  | 'MAX_VALUE'
  | 'MIN_LENGTH'
  | 'MAX_LENGTH'
  | 'REGEXP'
  | 'DISPLAY'
  | 'LIST_HEIGHT'

/** All texts of one language. */
export interface Catalogue {
  /** BCP 47 tag, as configured with `language`. */
  readonly locale: string
  /** The kinds of fields, for example `Company details field`. */
  readonly kinds: Readonly<Record<FieldFamily | 'smart_invoice' | 'smart_document', string>>
  /** The deed that was done to a field's definition, as it stands in the middle of a sentence. */
  readonly deeds: Readonly<Record<FieldAction, string>>
  /** `{deed}` and `{names}`: what happened, then who did it. No name stands in a case. */
  readonly by: string
  readonly people: {
    readonly unknownUser: string
    /** `{id}`. */
    readonly user: string
    /** The account without a person that the application has in the portal: `{id}`. */
    readonly systemUser: string
    /** Stands in the place of a person where nobody was signed in: a robot, a workflow or a form has done it. */
    readonly automation: string
  }
  /** `{id}`: a field whose code is not known. */
  readonly fieldNumber: string
  /** The word for an event whose name is not known. */
  readonly event: string
  /** The words for events that are not about fields. */
  readonly events: EventWords
  /** The words for the events of the relay itself. */
  readonly bulletins: BulletinWords
  /** `{label}` and `{value}`: a colon stands between them, in French behind a space. */
  readonly labelled: string
  /** One line for notifications: `{sentence}` in the portal `{portal}`. */
  readonly inPortal: string
  readonly test: { readonly title: string; readonly text: string }
  /** The reasons why nothing could be read. */
  readonly reasons: Readonly<Record<ThinReason, string>>
  /** The remedy that brings back a lost access; it follows one of these reasons as a sentence of its own. */
  readonly remedy: string
  readonly notes: {
    readonly detailsUnknown: string
    /** `{reason}`. */
    readonly detailsUnknownAs: string
    readonly alreadyTold: string
    readonly formerUnknown: string
    readonly noDifference: string
    readonly toldTogether: Plural
    readonly completes: string
    readonly reconciled: string
    /** `{duration}`. */
    readonly late: string
    readonly again: string
    /** `{duration}`. */
    readonly againLate: string
  }
  /** `{count}`: lengths of time. */
  readonly durations: { readonly minutes: Plural; readonly hours: Plural; readonly days: Plural }
  readonly attributes: Readonly<Record<AttributeName, string>>
  readonly values: {
    readonly yes: string
    readonly no: string
    /** The word for a value that is not there. */
    readonly empty: string
    /** The modes of a filter. */
    readonly exact: string
    readonly mask: string
    readonly substring: string
    /** Follows the value where both values look the same, as they differ in a part that is cut out. */
    readonly differs: string
  }
  /** The types of fields, for example `date and time`. */
  readonly types: Readonly<Record<FieldType, string>>
  /** The settings that only some types of fields have. */
  readonly settings: Readonly<Record<SettingName, string>>
  readonly list: {
    /** The values of a list that is told as a whole, since it is too large. */
    readonly all: string
    readonly value: string
    readonly added: string
    readonly removed: string
    /** `{value}` and `{key}`. */
    readonly keyOfValue: string
    readonly sort: string
    readonly default: string
    readonly code: string
  }
  readonly digest: {
    /** `{count}`: the fields of a digest, in front of what happened to them. */
    readonly fields: Plural
    /** `{count}`: how many of these fields were created, changed, deleted. */
    readonly added: Plural
    readonly updated: Plural
    readonly deleted: Plural
    /** `{count}`: events that are not all about fields. */
    readonly events: Plural
    /** `{count}`: edits of one field that are told together. */
    readonly edits: Plural
    readonly changedBack: string
    readonly createdAndDeleted: string
    /** `{count}`: edits of one field whose details are not known. */
    readonly unknown: Plural
    /** `{count}`: changes that were found by comparing, beside others. */
    readonly reconciled: Plural
    /** The words of the link to the page that shows everything. */
    readonly showAll: string
  }
  /** `{count}`: lines that had no room. */
  readonly more: Plural
  /** The words of the link into the portal. */
  readonly openInBitrix24: string
}
