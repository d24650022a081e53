/**
 * Adaptive Cards 1.2 to 1.5 as Teams shows them (adaptivecards.io/explorer and the "Adaptive Card
 * support in Teams" page): element types, their properties, and actions. Only what a one-way message
 * can use is known here; anything else is a problem, because Teams then shows nothing or not all.
 */
import { isObject, showValue } from './json.ts'
import type { JsonObject } from './json.ts'

const MIN_VERSION = 1.2
const MAX_VERSION = 1.5
/** Teams shows no more buttons than these on one row of actions. */
const MAX_ACTIONS = 6

type Problems = readonly string[]

interface Context {
  /** The place in the card, for example `body[0].items[1]`. */
  readonly path: string
  /** The version that the card claims. */
  readonly version: number
}

interface ElementRule {
  readonly keys: readonly string[]
  readonly check: (element: JsonObject, context: Context) => Problems
}

const COMMON_KEYS = ['type', 'id', 'isVisible', 'separator', 'spacing', 'height', 'fallback']
const TEXT_KEYS = ['text', 'color', 'fontType', 'isSubtle', 'size', 'weight']
const BOX_KEYS = ['style', 'bleed', 'minHeight', 'verticalContentAlignment', 'selectAction']

const ELEMENTS: Readonly<Record<string, ElementRule>> = {
  TextBlock: {
    keys: [...TEXT_KEYS, 'wrap', 'maxLines', 'horizontalAlignment', 'style'],
    check: checkTextBlock,
  },
  RichTextBlock: {
    keys: ['inlines', 'horizontalAlignment'],
    check: ({ inlines }, context) => checkList(inlines, within(context, 'inlines'), checkInline),
  },
  FactSet: {
    keys: ['facts'],
    check: ({ facts }, context) => checkList(facts, within(context, 'facts'), checkFact),
  },
  Container: {
    keys: ['items', ...BOX_KEYS],
    check: (element, context) => [
      ...checkList(element['items'], within(context, 'items'), checkElement),
      ...checkBox(element, context),
    ],
  },
  ColumnSet: {
    keys: ['columns', 'horizontalAlignment', ...BOX_KEYS],
    check: (element, context) => [
      ...checkList(element['columns'], within(context, 'columns'), checkColumn),
      ...checkBox(element, context),
    ],
  },
  ActionSet: {
    keys: ['actions'],
    check: ({ actions }, context) => checkActions(actions, within(context, 'actions')),
  },
}

const ENUMERATIONS: Readonly<Record<string, readonly string[]>> = {
  size: ['default', 'small', 'medium', 'large', 'extraLarge'],
  weight: ['default', 'lighter', 'bolder'],
  color: ['default', 'dark', 'light', 'accent', 'good', 'warning', 'attention'],
  fontType: ['default', 'monospace'],
  horizontalAlignment: ['left', 'center', 'right'],
  spacing: ['none', 'small', 'default', 'medium', 'large', 'extraLarge', 'padding'],
  height: ['auto', 'stretch'],
}
const BOX_STYLES = ['default', 'emphasis', 'accent', 'good', 'warning', 'attention']
const ACTION_STYLES = ['default', 'positive', 'destructive']

/** Finds everything that keeps Teams from showing a card whole; empty when it would show it. */
export function findCardProblems(card: unknown): Problems {
  if (!isObject(card) || card['type'] !== 'AdaptiveCard') return ['content: not an AdaptiveCard']
  const { body, actions, version, msteams } = card
  const number = typeof version === 'string' && /^1\.\d$/.test(version) ? Number(version) : 0
  const context = { path: '', version: number }
  const keys = ['type', '$schema', 'version', 'body', 'actions', 'msteams', 'fallbackText', 'lang']
  const isKnown = number >= MIN_VERSION && number <= MAX_VERSION
  return [
    ...(isKnown ? [] : [`version: ${String(version)} is not 1.2 to 1.5`]),
    ...checkKeys(card, keys, 'content'),
    ...checkList(body, within(context, 'body'), checkElement),
    ...(actions === undefined ? [] : checkActions(actions, within(context, 'actions'))),
    ...(msteams === undefined || isObject(msteams) ? [] : ['msteams: not an object']),
  ]
}

function checkElement(element: unknown, context: Context): Problems {
  if (!isObject(element)) return [`${context.path}: not an object`]
  const { type } = element
  const rule =
    typeof type === 'string' && Object.hasOwn(ELEMENTS, type) ? ELEMENTS[type] : undefined
  if (rule === undefined) return [`${context.path}: unknown type ${String(element['type'])}`]
  return [
    ...checkKeys(element, [...COMMON_KEYS, ...rule.keys], context.path),
    ...checkEnumerations(element, context.path),
    ...rule.check(element, context),
  ]
}

function checkTextBlock(element: JsonObject, { path, version }: Context): Problems {
  const { text, wrap, isSubtle, maxLines, style } = element
  return [
    ...checkString(text, `${path}.text`),
    ...checkBoolean(wrap, `${path}.wrap`),
    ...checkBoolean(isSubtle, `${path}.isSubtle`),
    ...(maxLines === undefined || typeof maxLines === 'number' ? [] : [`${path}.maxLines: wrong`]),
    ...checkChoice(style, ['default', 'heading'], `${path}.style`),
    ...(style !== undefined && version < 1.5 ? [`${path}.style: needs version 1.5`] : []),
  ]
}

function checkInline(inline: unknown, { path, version }: Context): Problems {
  if (typeof inline === 'string') return []
  if (!isObject(inline)) return [`${path}: not an object`]
  if (inline['type'] !== 'TextRun') return [`${path}: unknown type ${String(inline['type'])}`]
  const flags = ['isSubtle', 'italic', 'strikethrough', 'highlight', 'underline']
  const isTooNew = inline['underline'] !== undefined && version < 1.3
  return [
    ...checkKeys(inline, ['type', ...TEXT_KEYS, ...flags, 'selectAction'], path),
    ...checkEnumerations(inline, path),
    ...checkString(inline['text'], `${path}.text`),
    ...flags.flatMap((flag) => checkBoolean(inline[flag], `${path}.${flag}`)),
    ...(isTooNew ? [`${path}.underline: needs version 1.3`] : []),
    ...checkSelectAction(inline, path),
  ]
}

function checkFact(fact: unknown, { path }: Context): Problems {
  if (!isObject(fact)) return [`${path}: not an object`]
  return [
    ...checkKeys(fact, ['title', 'value'], path),
    ...checkString(fact['title'], `${path}.title`),
    ...checkString(fact['value'], `${path}.value`),
  ]
}

function checkColumn(column: unknown, context: Context): Problems {
  const { path } = context
  if (!isObject(column)) return [`${path}: not an object`]
  const { type, width } = column
  const isWidth =
    width === undefined ||
    typeof width === 'number' ||
    (typeof width === 'string' && /^(?:auto|stretch|\d+(?:px)?)$/.test(width))
  return [
    ...(type === undefined || type === 'Column'
      ? []
      : [`${path}: unknown type ${showValue(type)}`]),
    ...checkKeys(column, [...COMMON_KEYS, 'items', 'width', ...BOX_KEYS], path),
    ...(isWidth ? [] : [`${path}.width: wrong`]),
    ...checkList(column['items'], within(context, 'items'), checkElement),
    ...checkBox(column, context),
  ]
}

function checkBox(element: JsonObject, { path }: Context): Problems {
  return [
    ...checkChoice(element['style'], BOX_STYLES, `${path}.style`),
    ...checkBoolean(element['bleed'], `${path}.bleed`),
    ...checkSelectAction(element, path),
  ]
}

function checkActions(actions: unknown, context: Context): Problems {
  const problems = checkList(actions, context, (action, { path }) => checkAction(action, path))
  const count = Array.isArray(actions) ? actions.length : 0
  return count > MAX_ACTIONS
    ? [...problems, `${context.path}: ${count} actions, ${MAX_ACTIONS} are shown`]
    : problems
}

/** A message that came through a workflow can open addresses; it has no bot to submit anything to. */
function checkAction(action: unknown, path: string): Problems {
  if (!isObject(action)) return [`${path}: not an object`]
  if (action['type'] !== 'Action.OpenUrl') {
    return [`${path}: unknown type ${String(action['type'])}`]
  }
  const { url, title, style } = action
  const isUrl = typeof url === 'string' && /^https?:\/\/[^\s/]+\S*$/.test(url)
  return [
    ...checkKeys(action, ['type', 'id', 'title', 'url', 'iconUrl', 'style', 'tooltip'], path),
    ...(isUrl ? [] : [`${path}.url: not an http or https URL`]),
    ...(title === undefined ? [] : checkString(title, `${path}.title`)),
    ...checkChoice(style, ACTION_STYLES, `${path}.style`),
  ]
}

function checkSelectAction({ selectAction: action }: JsonObject, path: string): Problems {
  return action === undefined ? [] : checkAction(action, `${path}.selectAction`)
}

function checkList(
  value: unknown,
  context: Context,
  check: (item: unknown, context: Context) => Problems,
): Problems {
  const { path } = context
  if (!Array.isArray(value)) return [`${path}: not a list`]
  if (value.length === 0) return [`${path}: empty`]
  return value.flatMap((item: unknown, index) =>
    check(item, { ...context, path: `${path}[${index}]` }),
  )
}

function checkEnumerations(value: JsonObject, path: string): Problems {
  return Object.entries(ENUMERATIONS).flatMap(([key, allowed]) =>
    checkChoice(value[key], allowed, `${path}.${key}`),
  )
}

/** Checks a value of a closed list. Names are compared without case, as the renderers do. */
function checkChoice(value: unknown, allowed: readonly string[], path: string): Problems {
  if (value === undefined) return []
  const given = showValue(value).toLowerCase()
  return allowed.some((name) => name.toLowerCase() === given)
    ? []
    : [`${path}: unknown value ${showValue(value)}`]
}

function checkString(value: unknown, path: string): Problems {
  if (typeof value !== 'string') return [`${path}: not a text`]
  return value === '' ? [`${path}: empty`] : []
}

function checkBoolean(value: unknown, path: string): Problems {
  return value === undefined || typeof value === 'boolean' ? [] : [`${path}: not true or false`]
}

function checkKeys(value: JsonObject, allowed: readonly string[], path: string): Problems {
  return Object.keys(value)
    .filter((key) => !allowed.includes(key))
    .map((key) => `${path}: unknown property ${key}`)
}

function within(context: Context, key: string): Context {
  return { ...context, path: context.path === '' ? key : `${context.path}.${key}` }
}
