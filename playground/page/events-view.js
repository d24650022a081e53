/**
 * Any documented event: a list that is searched by typing, and beside one another what each receiver says of the event
 * that was sent last.
 */
import { act, byId, h, keepList, setText } from './dom.js'
import { drawOneMessage } from './one-message.js'
import { CHAT_VIEWS, MACHINE_VIEWS } from './receiver-views.js'

const VIEWS = { ...CHAT_VIEWS, ...MACHINE_VIEWS }

let state = null
/** The event whose messages are shown, and the last message of each receiver before it; null for none. */
let sent = null

/** Fills the list and connects the form; called once. */
export async function connectEvents() {
  const form = byId('any-event')
  form.addEventListener('submit', (submitted) => {
    submitted.preventDefault()
    void send(form.elements.event)
  })
  byId('told-close').addEventListener('click', close)
  byId('told').addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') close()
  })
  const response = await fetch('events').catch(() => null)
  const events = response?.ok ? await response.json() : []
  byId('event-names').append(
    ...events.map(({ name, words }) => h('option', { value: name }, words)),
  )
  setText(byId('any-event-note'), `${events.length} events of the documentation`)
}

/** Closes the messages; the focus goes back to the form. */
function close() {
  forgetTold()
  byId('any-event').elements.event.focus()
}

/** Forgets the event that was sent last. */
export function forgetTold() {
  sent = null
  byId('told').hidden = true
}

async function send(input) {
  const name = input.value.trim()
  const before = Object.entries(state?.receivers ?? {}).map(([type, { newest }]) => [type, newest])
  if (!(await act('sendEvent', { name }))) return
  sent = { name, before: new Map(before) }
  byId('told').hidden = false
  if (state !== null) renderTold(state)
  input.select()
  // The messages stand above the form, perhaps out of sight.
  byId('told').scrollIntoView({ block: 'nearest' })
}

/** Draws the message of each receiver about the event that was sent last. */
export function renderTold(next) {
  state = next
  if (sent === null) return
  const types = Object.keys(VIEWS).filter((type) => next.receivers[type] !== undefined)
  const told = types.map((type) => ({ type, message: messageOf(next.receivers[type], type) }))
  const count = told.filter(({ message }) => message !== undefined).length
  const isAll = count === types.length
  setText(
    byId('told-note'),
    `${sent.name}: ${isAll ? `all ${count} receivers have it` : `${count} of ${types.length} receivers have it`}`,
  )
  keepList(byId('told-cards'), told, {
    key: ({ type, message }) => `${type} ${message?.number ?? 'none'}`,
    create: createCard,
  })
}

function messageOf({ messages }, type) {
  const before = sent.before.get(type) ?? 0
  return messages.find(({ number }) => number > before)
}

function createCard({ type, message }) {
  const view = VIEWS[type]
  const body =
    message === undefined
      ? h('p', { class: 'note' }, 'Nothing yet')
      : drawOneMessage(type, view, message)
  return h('section', { class: 'told-card', 'aria-label': view.name }, h('h3', {}, view.name), body)
}
