/**
 * The shape of a Google Chat message and its cardsV2 (developers.google.com/workspace/chat/api,
 * reference of Card v2): known fields only, as Google refuses a name it does not know, in Google's
 * words. Widgets are those that a one-way message needs; the others are refused here.
 */
import { isObject } from './json.ts'
import type { JsonObject } from './json.ts'

/** Chat ignores the section that goes beyond this, and all after it, without an error. */
const MAX_WIDGETS = 100

type Check = (value: unknown, path: string) => string | null

const checkWidgetShape = object({
  textParagraph: object({ text: checkText, maxLines: checkNumber }, ['text']),
  decoratedText: object(
    {
      text: checkText,
      topLabel: checkString,
      bottomLabel: checkString,
      wrapText: checkBoolean,
      startIcon: checkIcon,
      endIcon: checkIcon,
      button: checkButton,
      onClick: checkOnClick,
    },
    ['text'],
  ),
  buttonList: object({ buttons: list(checkButton) }, ['buttons']),
  image: object({ imageUrl: checkUrl, altText: checkString, onClick: checkOnClick }, ['imageUrl']),
  divider: object({}),
})

const checkHeader = object(
  {
    title: checkText,
    subtitle: checkString,
    imageUrl: checkUrl,
    imageType: checkString,
    imageAltText: checkString,
  },
  ['title'],
)

const checkSection = object(
  {
    header: checkString,
    widgets: list(checkWidget),
    collapsible: checkBoolean,
    uncollapsibleWidgetsCount: checkNumber,
  },
  ['widgets'],
)

const checkCard = object(
  {
    header: checkHeader,
    sections: list(checkSection),
    name: checkString,
    sectionDividerStyle: checkString,
  },
  ['sections'],
)

const checkMessage = object({
  text: checkString,
  fallbackText: checkString,
  thread: object({ name: checkString, threadKey: checkString }),
  cardsV2: list(object({ cardId: checkString, card: checkCard }, ['card'])),
})

/** Google's message for the first thing it would refuse; null when the shape is right. */
export function findShapeError(payload: JsonObject): string | null {
  const error = checkMessage(payload, 'message')
  if (error !== null) return error
  const { cardsV2: cards } = payload
  if (!Array.isArray(cards) || cards.length < 2) return null
  const ids = cards.map((card: unknown) => (isObject(card) ? card['cardId'] : undefined))
  const areTold = new Set(ids).size === ids.length && !ids.includes(undefined)
  return areTold ? null : 'Card IDs must be set and unique when a message has several cards.'
}

/** Counts the widgets of each card; names the cards of which Chat would drop a part. */
export function findDroppedParts(payload: JsonObject): readonly string[] {
  const { cardsV2: cards } = payload
  if (!Array.isArray(cards)) return []
  return cards.flatMap((card: unknown, index) => {
    const count = countWidgets(card)
    const path = `message.cards_v2[${index}]`
    return count > MAX_WIDGETS ? [`${path}: ${count} widgets, ${MAX_WIDGETS} are shown`] : []
  })
}

function countWidgets(card: unknown): number {
  const inner = isObject(card) && isObject(card['card']) ? card['card'] : {}
  const sections: readonly unknown[] = Array.isArray(inner['sections']) ? inner['sections'] : []
  return sections.reduce<number>((sum, section) => {
    const widgets = isObject(section) ? section['widgets'] : undefined
    return sum + (Array.isArray(widgets) ? widgets.length : 0)
  }, 0)
}

function checkWidget(widget: unknown, path: string): string | null {
  const error = checkWidgetShape(widget, path)
  if (error !== null || !isObject(widget)) return error
  return Object.keys(widget).length === 1 ? null : `Invalid value at '${path}': one widget expected`
}

function checkButton(button: unknown, path: string): string | null {
  const shape = object(
    {
      text: checkText,
      icon: checkIcon,
      altText: checkString,
      disabled: checkBoolean,
      type: checkString,
      onClick: checkOnClick,
    },
    ['onClick'],
  )
  const error = shape(button, path)
  if (error !== null || !isObject(button)) return error
  const isVisible = 'text' in button || 'icon' in button
  return isVisible ? null : `Invalid value at '${path}': text or icon is required`
}

/** Checks a click. `action` would call a Chat app, and a webhook has none. */
function checkOnClick(value: unknown, path: string): string | null {
  return object({ openLink: object({ url: checkUrl }, ['url']) }, ['openLink'])(value, path)
}

function checkIcon(value: unknown, path: string): string | null {
  const materialIcon = object({ name: checkText, fill: checkBoolean, weight: checkNumber }, [
    'name',
  ])
  const shape = object({
    knownIcon: checkString,
    iconUrl: checkUrl,
    altText: checkString,
    materialIcon,
  })
  return shape(value, path)
}

function checkUrl(value: unknown, path: string): string | null {
  const isUrl = typeof value === 'string' && /^https?:\/\/[^\s/]+\S*$/.test(value)
  return isUrl ? null : `Invalid value at '${path}' (TYPE_STRING), "${String(value)}": not a URL`
}

function checkText(value: unknown, path: string): string | null {
  const error = checkString(value, path)
  if (error !== null) return error
  return value === '' ? `Invalid value at '${path}': text is empty` : null
}

function checkString(value: unknown, path: string): string | null {
  return typeof value === 'string'
    ? null
    : `Invalid value at '${path}' (TYPE_STRING), ${JSON.stringify(value)}`
}

function checkBoolean(value: unknown, path: string): string | null {
  return typeof value === 'boolean'
    ? null
    : `Invalid value at '${path}' (TYPE_BOOL), ${JSON.stringify(value)}`
}

function checkNumber(value: unknown, path: string): string | null {
  return Number.isInteger(value)
    ? null
    : `Invalid value at '${path}' (TYPE_INT32), ${JSON.stringify(value)}`
}

/** An object with these properties and no others, of which some must be there. */
function object(
  properties: Readonly<Record<string, Check>>,
  needed: readonly string[] = [],
): Check {
  const checks = new Map(Object.entries(properties))
  return (value, path) => {
    if (!isObject(value)) return `Invalid value at '${path}' (type.googleapis.com)`
    const missing = needed.find((key) => value[key] === undefined)
    if (missing !== undefined) return `Invalid value at '${path}.${toSnakeCase(missing)}': required`
    for (const [key, inner] of Object.entries(value)) {
      const check = checks.get(key)
      if (check === undefined) {
        return `Invalid JSON payload received. Unknown name "${key}" at '${path}': Cannot find field.`
      }
      const error = check(inner, `${path}.${toSnakeCase(key)}`)
      if (error !== null) return error
    }
    return null
  }
}

/** A list of at least one. */
function list(check: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) return `Invalid value at '${path}' (type.googleapis.com)`
    if (value.length === 0) return `Invalid value at '${path}': list is empty`
    for (const [index, item] of value.entries()) {
      const error = check(item, `${path}[${index}]`)
      if (error !== null) return error
    }
    return null
  }
}

/** Google names fields in its errors as its protocol does: `cardsV2` is `cards_v2`. */
function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
