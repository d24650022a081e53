/** Draws one message of a receiver, alone, with everything in it open. */
import { h } from './dom.js'

/** Draws a message; `view` is that of the receiver. */
export function drawOneMessage(type, view, message) {
  const { name, createMessage, fill, newestFirst = false } = view
  const list = newestFirst
    ? h('ol', { class: 'deliveries', 'aria-label': `The event as ${name} has it` })
    : h('div', { class: `channel ${type}`, role: 'group', tabindex: 0 })
  if (!newestFirst) list.setAttribute('aria-label', `The message in ${name}`)
  if (fill === undefined) list.append(createMessage(message))
  else fill(list, [message])
  for (const details of list.querySelectorAll('details')) details.open = true
  return list
}
