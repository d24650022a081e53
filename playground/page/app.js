/** The page: takes the state from the server as it changes and lets each part draw its own. */
import { act, byId, setText, showToast } from './dom.js'
import { connectLanes, renderLanes, tickLanes } from './lanes-view.js'
import { connectPortal, renderPortal } from './portal-view.js'
import { connectReceiver, renderReceiver, tickReceiver } from './receiver-view.js'
import { renderSlack } from './slack-view.js'
import { renderWebhook } from './webhook-view.js'

let state = null
/** The server's clock minus the reader's, so that countdowns agree. */
let skew = 0

function render(next) {
  state = next
  skew = next.now - Date.now()
  renderRelay(next.relay)
  renderPortal(next)
  renderLanes(next)
  renderReceiver('slack', next.slack)
  renderReceiver('webhook', next.webhook)
  renderSlack(next.slack)
  renderWebhook(next.webhook)
  tick()
}

function renderRelay({ running, problem, url }) {
  const chip = byId('relay-chip')
  const works = running && problem === null
  chip.className = `chip ${works ? 'good' : 'bad'}`
  setText(
    chip,
    works ? `Relay at ${new URL(url).host}` : running ? problem : 'Relay killed, restarting',
  )
  byId('kill').disabled = !running
}

function tick() {
  if (state === null) return
  const now = Date.now() + skew
  tickLanes(now)
  tickReceiver('slack', state.slack, now)
  tickReceiver('webhook', state.webhook, now)
}

connectPortal()
connectLanes()
connectReceiver('slack')
connectReceiver('webhook')
byId('kill').addEventListener('click', () => act('kill'))

const source = new EventSource('state')
source.addEventListener('message', (event) => render(JSON.parse(event.data)))
source.addEventListener('error', () => {
  const chip = byId('relay-chip')
  chip.className = 'chip bad'
  setText(chip, 'Playground stopped')
  if (source.readyState === EventSource.CLOSED) showToast('The playground has stopped')
})
setInterval(tick, 250)
