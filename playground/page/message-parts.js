/** Small parts that several receivers' messages have. */
import { h } from './dom.js'

/** The relay's picture. */
export function drawAvatar() {
  return h('span', { class: 'avatar', 'aria-hidden': 'true' })
}

/** One message: who sent it, with a tag for programs, when, and what it says. */
export function drawMessage({ author = 'Event relay', tag = null, time, title }, ...content) {
  return h(
    'article',
    { class: 'message', title },
    drawAvatar(),
    h(
      'div',
      { class: 'message-body' },
      h(
        'p',
        { class: 'author' },
        h('b', {}, author),
        tag === null ? null : h('span', { class: 'app-tag' }, tag),
        h('time', {}, time),
      ),
      content,
    ),
  )
}

/** Hour and minute in the reader's zone. */
export function formatHour(ms) {
  return new Date(ms).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
}

/** A button that opens another page. Without an http or https address it opens nothing. */
export function drawLinkButton(label, url, className) {
  return /^https?:\/\//.test(url ?? '')
    ? h('a', { class: className, href: url, target: '_blank', rel: 'noreferrer' }, label)
    : h('button', { class: className, type: 'button' }, label)
}

/** The text with its line breaks. */
export function drawLines(text) {
  return text.split('\n').map((line, index) => [index === 0 ? null : h('br'), line])
}
