/** Small parts that several receivers' messages have. */
import { h } from './dom.js'

/** The relay's picture. */
export function drawAvatar() {
  return h('span', { class: 'avatar', 'aria-hidden': 'true' })
}

/** Hour and minute in the reader's zone. */
export function formatHour(ms) {
  return new Date(ms).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
}

/** A button that leads out; without an http address it leads nowhere. */
export function drawLinkButton(label, url, className) {
  return /^https?:\/\//.test(url ?? '')
    ? h('a', { class: className, href: url, target: '_blank', rel: 'noreferrer' }, label)
    : h('button', { class: className, type: 'button' }, label)
}

/** The text with its line ends as they are. */
export function drawLines(text) {
  return text.split('\n').map((line, index) => [index === 0 ? null : h('br'), line])
}
