/** The strip between the sides: one line per lane, with its way through the log. */
import { act, byId, formatTime, h, keepList, onPress, setText } from './dom.js'

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
  onPress(byId('reconcile'), () => act('reconcile'))
}

/** Draws the lanes as the relay's admin API tells them. */
export function renderLanes({ portal, relay }) {
  const { head, comparedAt, lanes, trouble, remedy } = relay
  setText(
    byId('log-head'),
    head === 0
      ? portal.installed
        ? 'Nothing stored yet'
        : 'The log is deleted'
      : `${head} stored in the portal's log, each receiver at its own pace`,
  )
  setText(
    byId('reconcile-note'),
    comparedAt === null ? '' : `Compared at ${formatTime(comparedAt)}`,
  )
  byId('trouble').hidden = trouble === null
  setText(byId('trouble'), [trouble, remedy].filter((text) => text !== null).join('. '))
  keepList(byId('lanes'), lanes, {
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
  const button = h(
    'button',
    { class: 'button small', 'aria-label': `Try now: ${destination}` },
    'Try now',
  )
  onPress(button, () => act('resume', { destination }))
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
    button,
  )
}

function updateLane(element, lane, head) {
  element.lane = lane
  const [tone, name] = STATES[lane.state] ?? ['', lane.state]
  const chip = element.querySelector('.chip')
  chip.className = `chip ${tone}`
  setText(chip, name)
  const isStuck = lane.backlog > 0 && lane.state !== 'active'
  const button = element.querySelector('button')
  // A button that is hidden would lose the focus.
  button.classList.toggle('idle', !isStuck && button !== document.activeElement)
  element.classList.toggle('calm', lane.backlog === 0 && lane.state === 'active')
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

/** How far a lane is, what it waits for and how long, and why. */
function tell({ progress, waiting, until, reason }, now) {
  const parts = [progress]
  if (waiting !== null) parts.push(until === null ? waiting : `${waiting} ${tellTime(until - now)}`)
  if (reason !== null) parts.push(reason)
  return parts.join(' · ')
}

function tellTime(ms) {
  return ms > 0 ? `in ${formatWait(Math.ceil(ms / 1000))}` : 'now'
}
