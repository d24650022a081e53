/**
 * The settings that a field has until somebody chooses others. A message about a new or a deleted field leaves
 * them out. The defaults are those of crm.deal.userfield.add
 * (https://apidocs.bitrix24.com/api-reference/crm/deals/user-defined-fields/crm-deal-userfield-add.html).
 */
import type { Change } from '../../../core/log/event.ts'

// `SHOW_IN_LIST` and `IS_SEARCHABLE` are without effect in the CRM (same page), so neither value tells anything.
const WITHOUT_EFFECT: readonly string[] = ['SHOW_IN_LIST', 'IS_SEARCHABLE']

const FLAGS: readonly string[] = ['MULTIPLE', 'MANDATORY', 'SHOW_FILTER']

const DEFAULTS: Readonly<Record<string, readonly string[]>> = {
  EDIT_IN_LIST: ['Y'],
  SORT: ['100'],
  'SETTINGS.ROWS': ['1'],
  'SETTINGS.SIZE': ['20'],
  'SETTINGS.PRECISION': ['2'],
  'SETTINGS.LIST_HEIGHT': ['1'],
  'SETTINGS.DISPLAY': ['LIST', 'CHECKBOX'],
  'SETTINGS.DEFAULT_VALUE.TYPE': ['NONE'],
}

// The values that count as the default of these flags, and of every setting of a type without a default above.
const NOTHING: readonly string[] = ['N', '', '0']

/** Whether a setting of a whole field has its default value. */
export function isDefault({ attribute, before, after }: Change): boolean {
  if (WITHOUT_EFFECT.includes(attribute)) return true
  const value = after ?? before
  if (value === null || typeof value === 'object') return value === null
  const text = typeof value === 'boolean' ? (value ? 'Y' : 'N') : String(value)
  const known = Object.hasOwn(DEFAULTS, attribute) ? DEFAULTS[attribute] : undefined
  if (known !== undefined) return known.includes(text)
  return (FLAGS.includes(attribute) || attribute.startsWith('SETTINGS.')) && NOTHING.includes(text)
}
