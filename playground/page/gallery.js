/** The gallery: every golden message in the view of its receiver. */
import { byId, h, setText } from './dom.js'
import { CHAT_VIEWS, MACHINE_VIEWS } from './receiver-views.js'

const VIEWS = { ...CHAT_VIEWS, ...MACHINE_VIEWS }
const ORDER = Object.keys(VIEWS)

const files = await (await fetch('golden')).json()
setText(byId('gallery-note'), `${files.length} messages`)
const rows = Map.groupBy(files, ({ kind, language }) => `${kind}, ${language}`)
byId('gallery').append(
  ...[...rows.keys()]
    .toSorted((one, other) => one.localeCompare(other))
    .flatMap((title) => [
      h('h2', { class: 'kind' }, title),
      h('div', { class: 'gallery-row' }, sortByType(rows.get(title)).map(drawCard)),
    ]),
)

function sortByType(row) {
  return row.toSorted((one, other) => ORDER.indexOf(one.type) - ORDER.indexOf(other.type))
}

function drawCard({ type, request }) {
  const view = VIEWS[type]
  return h(
    'section',
    { class: 'card', 'aria-label': view?.name ?? type },
    h('h3', {}, view?.name ?? type),
    view === undefined
      ? h('p', { class: 'note' }, 'No view for this type')
      : drawList(type, view, request),
  )
}

/**
 * Draws one golden message. No receiver has judged it, so the values that only a receiver can tell are
 * neutral.
 */
function drawList(
  type,
  { createMessage, fill, newestFirst = false },
  { url = '', headers = {}, body },
) {
  const message = {
    number: 1,
    at: Date.now(),
    path: URL.canParse(url) ? new URL(url).pathname + new URL(url).search : url,
    headers,
    payload: body,
    sequence: body?.data?.sequence ?? null,
    order: 'next',
    verification: null,
  }
  const list = newestFirst
    ? h('ol', { class: 'deliveries' })
    : h('div', { class: `channel ${type}`, tabindex: 0 })
  if (fill === undefined) list.append(createMessage(message))
  else fill(list, [message])
  for (const details of list.querySelectorAll('details')) details.open = true
  return list
}
