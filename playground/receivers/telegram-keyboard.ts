/** The inline keyboard of a Telegram message: rows of buttons that open a URL. */
import { isObject, parseJson } from './json.ts'

/** Telegram takes at most 100 buttons in all and 8 in a row. */
const MAX_BUTTONS = 100
const MAX_ROW = 8

/** The Bot API's error for a `reply_markup`, without "Bad Request: "; null when it would take it. */
export function findKeyboardError(markup: unknown): string | null {
  if (markup === undefined) return null
  // A form sends it as JSON text.
  const keyboard = typeof markup === 'string' ? parseJson(markup) : markup
  if (!isObject(keyboard)) return 'object expected as reply markup'
  const rows = keyboard['inline_keyboard']
  if (!Array.isArray(rows)) return 'field "inline_keyboard" must be of the type Array'
  let count = 0
  for (const row of rows) {
    if (!Array.isArray(row)) return 'field "inline_keyboard" must be an Array of Arrays'
    if (row.length > MAX_ROW) return 'REPLY_MARKUP_TOO_LONG'
    count += row.length
    for (const button of row) {
      const error = findButtonError(button)
      if (error !== null) return error
    }
  }
  return count > MAX_BUTTONS ? 'REPLY_MARKUP_TOO_LONG' : null
}

function findButtonError(button: unknown): string | null {
  const refused = "can't parse inline keyboard button: "
  if (!isObject(button)) return `${refused}InlineKeyboardButton must be an Object`
  const { text, url } = button
  if (typeof text !== 'string' || text.trim() === '') {
    return `${refused}Field "text" must be a non-empty String`
  }
  if (typeof url !== 'string') {
    return `${refused}Text buttons are unallowed in the inline keyboard`
  }
  const isWrong = !URL.canParse(url) || !isOpenable(new URL(url))
  return isWrong ? `inline keyboard button URL '${url}' is invalid: Wrong HTTP URL` : null
}

function isOpenable({ protocol, hostname }: URL): boolean {
  if (protocol === 'tg:') return true
  // Telegram refuses hosts without a dot, localhost among them.
  return (protocol === 'https:' || protocol === 'http:') && hostname.includes('.')
}
