/**
 * What has come of the last edit, below the fields. It is shown where the window is narrow, since the receivers then
 * stand far below.
 */
import { byId, setText } from './dom.js'
import { drawOneMessage } from './one-message.js'
import { CHAT_VIEWS } from './receiver-views.js'

/** Whether a person has just changed something, and waits for the message. */
let isAwaited = false
let drawn = ''

/** Notes that a person has changed something in the portal. */
export function awaitResult() {
  isAwaited = true
}

/** Forgets the message that was drawn. */
export function forgetResult() {
  isAwaited = false
  drawn = ''
  byId('result-message').replaceChildren()
}

/**
 * Draws the newest message of a chat, or says what its lane waits for. After an edit it is brought into sight, and the
 * focus stays where it is.
 */
export function renderResult({ receivers, relay }, type) {
  const { messages, destination } = receivers[type]
  const message = messages.at(-1)
  const place = byId('result')
  place.hidden = relay.head === 0
  if (place.hidden) return
  const lane = relay.lanes.find((known) => known.destination === destination)
  const { name } = CHAT_VIEWS[type]
  setText(byId('result-note'), tellPlace(lane, { name, relay }))
  const key = `${type} ${message?.number ?? 0}`
  if (key !== drawn) {
    byId('result-message').replaceChildren(
      ...(message === undefined ? [] : [drawOneMessage(type, CHAT_VIEWS[type], message)]),
    )
  }
  const hasCome = key !== drawn || (lane?.until ?? null) !== null
  drawn = key
  if (!isAwaited || !hasCome) return
  isAwaited = false
  place.scrollIntoView({ block: 'nearest' })
}

function tellPlace(lane, { name, relay }) {
  const upToDate = relay.lanes.filter(({ backlog }) => backlog === 0).length
  const all = `Event ${relay.head} is stored, and ${upToDate} of ${relay.lanes.length} receivers are up to date.`
  return lane === undefined || lane.backlog === 0
    ? `${all} In ${name}:`
    : `${all} ${name} has to wait: ${lane.waiting}. Its last message:`
}
