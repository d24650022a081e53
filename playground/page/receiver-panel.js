/**
 * A panel with a tab for each receiver of a group (the tabs pattern of the ARIA practices guide). Only the
 * chosen receiver is drawn. The tab of every other one shows its state and the number of its new messages.
 */
import { h, setText } from './dom.js'
import { createReceiverView } from './receiver-view.js'

/** Fills `container`; `onChoose` is called when a person has chosen. */
export function createReceiverPanel(container, { label, views, onChoose }) {
  const types = Object.keys(views)
  let chosen = types[0]
  /** The number of messages of each receiver that a person has had in sight. */
  const seen = {}
  let state = null

  const tabs = new Map(types.map((type) => [type, createTab(type, views[type])]))
  const parts = new Map(types.map((type) => [type, createReceiverView(type, views[type])]))
  const panels = new Map(types.map((type) => [type, createPanel(type, parts.get(type))]))
  const bar = h('div', { class: 'tabs', role: 'tablist', 'aria-label': label }, [...tabs.values()])
  container.append(bar, ...panels.values())

  function choose(type) {
    if (!types.includes(type)) return
    chosen = type
    for (const [name, tab] of tabs) {
      tab.setAttribute('aria-selected', String(name === type))
      tab.tabIndex = name === type ? 0 : -1
      panels.get(name).hidden = name !== type
    }
    if (state !== null) draw()
  }

  function draw() {
    const { receivers, relay } = state
    const receiver = receivers[chosen]
    parts.get(chosen).render(receiver)
    if (document.visibilityState === 'visible') seen[chosen] = receiver.total
    for (const [type, tab] of tabs) {
      // A restarted playground counts from the beginning.
      seen[type] = Math.min(seen[type] ?? 0, receivers[type].total)
      updateTab(tab, describeState(receivers[type], relay), receivers[type].total - seen[type])
    }
  }

  connectTabs(bar, tabs, (type) => {
    choose(type)
    onChoose()
  })
  document.addEventListener('visibilitychange', () => state !== null && draw())
  choose(chosen)

  return {
    choose,
    get chosen() {
      return chosen
    },
    render(next) {
      state = next
      draw()
    },
    tick({ receivers }, now) {
      parts.get(chosen).tick(receivers[chosen], now)
    },
  }
}

/** Lets a click or a key choose a tab. After a key the focus moves to the chosen tab. */
function connectTabs(bar, tabs, choose) {
  const types = [...tabs.keys()]
  bar.addEventListener('click', ({ target }) => {
    const type = target.closest('[role="tab"]')?.dataset.type
    if (type !== undefined) choose(type)
  })
  bar.addEventListener('keydown', (event) => {
    const index = types.indexOf(event.target.dataset.type)
    const next = nextIndex(event.key, index, types.length)
    if (next === null) return
    event.preventDefault()
    choose(types[next])
    tabs.get(types[next]).focus()
  })
}

function nextIndex(key, index, count) {
  switch (key) {
    case 'ArrowRight':
    case 'ArrowDown':
      return (index + 1) % count
    case 'ArrowLeft':
    case 'ArrowUp':
      return (index + count - 1) % count
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return null
  }
}

function createTab(type, { name }) {
  return h(
    'button',
    {
      class: 'tab',
      role: 'tab',
      type: 'button',
      id: `tab-${type}`,
      'aria-controls': `panel-${type}`,
      'data-type': type,
    },
    h('span', { class: 'state-dot', 'aria-hidden': 'true' }),
    h('span', { class: 'tab-name' }, name),
    h('span', { class: 'count', 'aria-hidden': 'true' }),
    h('span', { class: 'hidden tab-state' }),
  )
}

function createPanel(type, { element }) {
  return h(
    'div',
    { role: 'tabpanel', id: `panel-${type}`, 'aria-labelledby': `tab-${type}` },
    element,
  )
}

function updateTab(tab, [tone, text], fresh) {
  tab.querySelector('.state-dot').className = `state-dot ${tone}`
  tab.title = text
  setText(tab.querySelector('.count'), fresh === 0 ? '' : String(Math.min(fresh, 99)))
  setText(tab.querySelector('.tab-state'), `, ${text}${fresh === 0 ? '' : `, ${fresh} new`}`)
}

const BEHAVIOUR_STATES = {
  rate_limited: ['warn', 'answers 429'],
  slow: ['warn', 'slow'],
  error_inside: ['warn', 'answers 200 with an error inside'],
  flood: ['warn', 'answers with 10 MB'],
  reset: ['bad', 'cuts its answers'],
  down: ['bad', 'down'],
  gone: ['bad', 'gone'],
}

const LANE_STATES = {
  disabled: ['bad', 'lane disabled'],
  retrying: ['warn', 'lane retrying'],
  paused: ['warn', 'lane paused'],
}

/** The colour and the words for a receiver: first its behaviour, then the state of its lane. */
function describeState({ behaviour, destination }, { lanes }) {
  const lane = lanes.find((known) => known.destination === destination)
  const found = [BEHAVIOUR_STATES[behaviour.kind], LANE_STATES[lane?.state]].filter(
    (known) => known !== undefined,
  )
  if (found.length === 0) return ['good', 'works']
  const tone = found.some(([colour]) => colour === 'bad') ? 'bad' : 'warn'
  return [tone, found.map(([, text]) => text).join(', ')]
}
