/**
 * The few DOM helpers of the page. Texts always become text nodes: nothing that a receiver or the CRM
 * sends is ever read as HTML.
 */

/** Makes an element: `h('p', { class: 'note', title: 'x' }, 'text', child)`. Null children are left out. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else if (value === true) element.setAttribute(name, '')
    else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, String(value))
    }
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== ''))
  return element
}

/** The element with this id. */
export function byId(id) {
  return document.getElementById(id)
}

/** Sets a text only when it differs, so that screen readers are not told the same again. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text
}

/**
 * Keeps a list of children equal to `items` without touching those that stay: `create(item)` makes one,
 * `update(element, item)` refreshes it. `newestFirst` turns the order around.
 */
export function keepList(container, items, { key, create, update, newestFirst = false }) {
  const known = new Map([...container.children].map((child) => [child.dataset.key, child]))
  const wanted = newestFirst ? items.toReversed() : items
  const elements = wanted.map((item) => {
    const id = String(key(item))
    const element = known.get(id) ?? create(item)
    element.dataset.key = id
    known.delete(id)
    update?.(element, item)
    return element
  })
  for (const gone of known.values()) gone.remove()
  for (const [index, element] of elements.entries()) {
    if (container.children[index] !== element) {
      container.insertBefore(element, container.children[index] ?? null)
    }
  }
}

/** The time of day in the reader's zone, with seconds. */
export function formatTime(ms) {
  return new Date(ms).toLocaleTimeString([], {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
}

/** Asks the server for an action. When the server refuses, its sentence is shown. */
export async function act(action, input = {}) {
  const response = await fetch('actions', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ action, ...input }),
  }).catch(() => null)
  const { problem } = response === null ? { problem: OFFLINE } : await response.json()
  if (problem !== null) showToast(problem)
  return problem === null
}

const OFFLINE = 'The playground has stopped: start it again with npm start'
let toastTimer = 0

/** Shows a sentence for a few seconds. */
export function showToast(text) {
  const toast = byId('toast')
  toast.textContent = text
  toast.hidden = false
  clearTimeout(toastTimer)
  toastTimer = setTimeout(() => (toast.hidden = true), 6000)
}
