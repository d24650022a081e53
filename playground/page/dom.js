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

/**
 * Marks a button as busy. It is not disabled, since a disabled button loses the focus; a click on it does nothing
 * (`onPress`).
 */
export function setBusy(button, isBusy) {
  button.setAttribute('aria-disabled', String(isBusy))
}

/** Runs `action` for each press of a button that is not busy, and keeps it busy until the action is over. */
export function onPress(button, action) {
  button.addEventListener('click', async () => {
    if (button.getAttribute('aria-disabled') === 'true') return
    setBusy(button, true)
    await action()
    setBusy(button, false)
  })
}

/** Hides a button or shows it. When it had the focus, `other` gets it. */
export function setHidden(button, isHidden, other) {
  const hadFocus = isHidden && button === document.activeElement
  button.hidden = isHidden
  if (hadFocus) other.focus()
}

/** Asks the server for an action. When the server refuses, its sentence is shown. */
export async function act(action, input = {}) {
  const response = await fetch('actions', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ action, ...input }),
  }).catch(() => null)
  const { problem } = response === null ? { problem: OFFLINE } : await readAnswer(response)
  if (problem !== null) showToast(problem)
  return problem === null
}

/** An answer without JSON is a mistake of the playground, and is shown as it is. */
async function readAnswer(response) {
  const text = await response.text()
  return text.startsWith('{') ? JSON.parse(text) : { problem: text }
}

const OFFLINE = 'The playground has stopped: start it again with npm start'
let toastTimer = 0

/** Shows a sentence for a few seconds. */
export function showToast(text) {
  const toast = byId('toast')
  toast.textContent = text
  toast.hidden = false
  clearTimeout(toastTimer)
  toastTimer = setTimeout(hideToast, 6000)
}

/** Hides the sentence before its time. */
export function hideToast() {
  byId('toast').hidden = true
}
