/** Draws a Telegram group: each message is one bubble, and its HTML is read as Telegram reads it. */
import { h } from './dom.js'
import { drawHtml, TELEGRAM_TAGS } from './html-text.js'
import { drawAvatar, drawLines, drawLinkButton, formatHour } from './message-parts.js'

/** How Telegram is shown. */
export const telegramView = { title: 'CRM alerts', note: 'Telegram group, bot', createMessage }

function createMessage({ at, payload }) {
  const {
    text = '',
    parse_mode: mode,
    disable_notification: isSilent,
    reply_markup: markup,
  } = payload
  const isHtml = String(mode).toLowerCase() === 'html'
  return h(
    'article',
    { class: 'message' },
    drawAvatar(),
    h(
      'div',
      { class: 'bubble-column' },
      h(
        'div',
        { class: 'bubble' },
        h('b', { class: 'bubble-author' }, 'Event relay'),
        h('div', {}, isHtml ? drawHtml(text, TELEGRAM_TAGS) : drawLines(text)),
        h('time', {}, `${isSilent === true ? 'silent ' : ''}${formatHour(at)}`),
      ),
      (markup?.inline_keyboard ?? []).map((row) =>
        h(
          'div',
          { class: 'keyboard' },
          row.map((button) => drawLinkButton(button.text, button.url, 'keyboard-button')),
        ),
      ),
    ),
  )
}
