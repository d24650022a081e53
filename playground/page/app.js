/**
 * The page. It takes the state from the server as it changes, and lets each part draw its own share of it.
 */
import { act, byId, hideToast, onPress, setBusy, setText, showToast } from './dom.js'
import { connectEvents, forgetTold, renderTold } from './events-view.js'
import { connectGuide, renderGuide } from './guide-view.js'
import { connectLanes, renderLanes, tickLanes } from './lanes-view.js'
import { connectPortal, renderPortal } from './portal-view.js'
import { createReceiverPanel } from './receiver-panel.js'
import { CHAT_VIEWS, MACHINE_VIEWS } from './receiver-views.js'
import { forgetResult, renderResult } from './result-view.js'
import { renderSilence } from './silence-view.js'

let state = null
/** The time by which the server's clock is ahead of the reader's, in milliseconds. Countdowns add it. */
let skew = 0

const panels = [
  createReceiverPanel(byId('chat-receivers'), {
    label: 'Receivers that people read',
    views: CHAT_VIEWS,
    onChoose: rememberChoice,
  }),
  createReceiverPanel(byId('machine-receivers'), {
    label: 'Receivers that programs read',
    views: MACHINE_VIEWS,
    onChoose: rememberChoice,
  }),
]

/** Writes both choices into the address of the page, for example `#discord+cloudevents`. */
function rememberChoice() {
  history.replaceState(null, '', `#${panels.map(({ chosen }) => chosen).join('+')}`)
  drawResult()
}

function readChoice() {
  for (const type of location.hash.slice(1).split('+')) {
    for (const panel of panels) panel.choose(type)
  }
}

function render(next) {
  // A reset, or another playground at this address: nothing of what was drawn is true any more.
  if (state !== null && state.castId !== next.castId) forgetEverything(next)
  state = mergeMessages(next)
  skew = next.now - Date.now()
  renderRelay(next.relay)
  renderGuide(next)
  renderSilence(next)
  renderPortal(next)
  renderLanes(next)
  renderTold(state)
  for (const panel of panels) panel.render(state)
  drawResult()
  tick()
}

function drawResult() {
  if (state !== null) renderResult(state, panels[0].chosen)
}

/** Draws a playground without anything in its lists, since an element is kept as long as its number is in a list. */
function forgetEverything(next) {
  const receivers = Object.entries(next.receivers).map(([type, receiver]) => [
    type,
    { ...receiver, messages: [], requests: [], total: 0 },
  ])
  state = null
  forgetTold()
  forgetResult()
  render({
    ...next,
    whole: true,
    sends: [],
    lost: [],
    portal: { ...next.portal, fields: [] },
    relay: { ...next.relay, lanes: [], head: 0 },
    receivers: Object.fromEntries(receivers),
  })
}

/**
 * Adds the new messages to those that the page has: the server tells each message once. Only the newest are
 * kept.
 */
function mergeMessages(next) {
  if (state === null || next.whole) return next
  for (const [type, receiver] of Object.entries(next.receivers)) {
    const former = state.receivers[type].messages
    receiver.messages = [...former, ...receiver.messages].slice(-next.maxMessages)
  }
  return next
}

function renderRelay({ running, isResetting, problem, url }) {
  const chip = byId('relay-chip')
  const works = running && problem === null
  chip.className = `chip ${works ? 'good' : 'bad'}`
  setText(
    chip,
    works ? `Relay at ${new URL(url).host}` : tellOutage({ running, isResetting, problem }),
  )
  setBusy(byId('kill'), !running)
  setBusy(byId('reset'), isResetting)
}

function tellOutage({ running, isResetting, problem }) {
  if (isResetting) return 'Starting anew'
  return running ? problem : 'Relay killed, restarting'
}

function tick() {
  if (state === null) return
  const now = Date.now() + skew
  tickLanes(now)
  for (const panel of panels) panel.tick(state, now)
}

connectPortal()
void connectEvents()
connectLanes()
readChoice()
addEventListener('hashchange', readChoice)
connectGuide()
onPress(byId('kill'), () => act('kill'))
onPress(byId('reset'), () => act('reset'))
addEventListener('keydown', ({ key }) => {
  if (key === 'Escape') hideToast()
})

const source = new EventSource('state')
source.addEventListener('message', (event) => render(JSON.parse(event.data)))
source.addEventListener('error', () => {
  const chip = byId('relay-chip')
  chip.className = 'chip bad'
  setText(chip, 'Playground stopped')
  if (source.readyState === EventSource.CLOSED) showToast('The playground has stopped')
})
setInterval(tick, 250)
