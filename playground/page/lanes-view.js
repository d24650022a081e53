/** The strip between the sides: one line per lane, with its way through the log. */
import { act, byId, formatTime, h, keepList, setText } from './dom.js'

/** How many sequence numbers are drawn. */
const WINDOW = 32

const STATES = {
  active: ['good', 'Active'],
  retrying: ['warn', 'Retrying'],
  paused: ['', 'Paused'],
  disabled: ['bad', 'Disabled'],
  removed: ['', 'Removed'],
}

/** Connects the button above the lanes; called once. */
export function connectLanes() {
  const button = byId('reconcile')
  button.addEventListener('click', async () => {
    button.disabled = true
    await act('reconcile')
    button.disabled = false
  })
}

/** Draws the lanes as the relay's admin API tells them. */
export function renderLanes({ relay }) {
  const { view } = relay
  const head = view?.head ?? 0
  setText(
    byId('log-head'),
    head === 0
      ? 'Nothing stored yet'
      : `${head} stored in the portal's log, each receiver at its own pace`,
  )
  const comparedAt = view?.lastReconcileAt ?? null
  setText(
    byId('reconcile-note'),
    comparedAt === null ? '' : `Compared at ${formatTime(Date.parse(comparedAt))}`,
  )
  keepList(byId('lanes'), view?.lanes ?? [], {
    key: ({ destination }) => destination,
    create: createLane,
    update: (element, lane) => updateLane(element, lane, head),
  })
}

/** Counts down to the next attempt of every lane. */
export function tickLanes(now) {
  for (const element of byId('lanes').children) {
    if (element.lane !== undefined)
      setText(element.querySelector('.lane-text'), tell(element.lane, now))
  }
}

function createLane({ destination, type }) {
  return h(
    'div',
    { class: 'lane' },
    h(
      'div',
      { class: 'lane-name' },
      h('b', {}, destination),
      type === destination ? null : h('span', { class: 'note' }, type),
    ),
    h('span', { class: 'chip' }),
    h('ol', { class: 'track' }),
    h('p', { class: 'lane-text note' }),
    h(
      'button',
      {
        class: 'button small',
        onclick: () => act('resume', { destination }),
        'aria-label': `Try ${destination} now`,
      },
      'Try now',
    ),
  )
}

function updateLane(element, lane, head) {
  element.lane = lane
  const [tone, name] = STATES[lane.state] ?? ['', lane.state]
  const chip = element.querySelector('.chip')
  chip.className = `chip ${tone}`
  setText(chip, name)
  const isStuck = lane.backlog > 0 && lane.state !== 'active'
  element.querySelector('button').classList.toggle('idle', !isStuck)
  element.classList.toggle('calm', lane.backlog === 0 && lane.parked === 0)
  const track = element.querySelector('.track')
  track.setAttribute('aria-label', `${lane.cursor} of ${head} done`)
  const first = Math.max(1, head - WINDOW + 1)
  const numbers = Array.from({ length: Math.min(head, WINDOW) }, (_, index) => first + index)
  keepList(track, numbers, {
    key: (number) => number,
    create: (number) => h('li', { title: `Sequence ${number}` }),
    update: (mark, number) => (mark.className = markClass(lane, number)),
  })
}

function markClass({ cursor, attempts }, number) {
  if (number <= cursor) return 'done'
  return number === cursor + 1 && attempts > 0 ? 'retry' : 'waiting'
}

function formatWait(seconds) {
  if (seconds < 120) return `${seconds} s`
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`
}

function tell(lane, now) {
  const parts = []
  if (lane.backlog === 0) parts.push('Everything delivered')
  else parts.push(`${lane.backlog} waiting`)
  if (lane.attempts > 0)
    parts.push(`${lane.attempts} failed ${lane.attempts === 1 ? 'try' : 'tries'}`)
  if (lane.backlog > 0 && lane.nextAttemptAt !== null) {
    const seconds = Math.ceil((Date.parse(lane.nextAttemptAt) - now) / 1000)
    parts.push(seconds > 0 ? `next in ${formatWait(seconds)}` : 'trying')
  }
  if (lane.state === 'disabled' && lane.nextAttemptAt === null) parts.push('no more tries')
  if (lane.backlog > 0 && lane.lastError !== null) parts.push(lane.lastError.reason)
  if (lane.parked > 0) parts.push(`${lane.parked} set aside`)
  return parts.join(' · ')
}
