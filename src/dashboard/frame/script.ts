/**
 * The one script of the dashboard. It shows times in the reader's own zone, and keeps the page of a portal up to date. Every page
 * works without it.
 *
 * A page that is watched asks for the stamp of its portal: every two seconds at first, every 15 seconds after five quiet minutes,
 * and not at all while nobody can see it or after 15 quiet minutes. Only when the stamp has changed, the page is asked for anew, and its
 * parts with `data-live` are put in the place of the old ones.
 */

/** The script; constant text, so it goes into the page as it is. */
export const SCRIPT = `
'use strict'
const main = document.getElementById('content')
// The clocks of the reader and of the Worker differ, and ages count from the latter.
const ahead = Date.now() - Number(main.dataset.now)

function formatDistance(ms) {
  const size = Math.abs(ms)
  const units = [[864e5, 'd'], [36e5, 'h'], [6e4, 'min'], [1e3, 's']]
  const [unit, name] = units.find(([least]) => size >= least) ?? units[3]
  const text = Math.floor(size / unit) + ' ' + name
  return ms > 0 ? 'in ' + text : text + ' ago'
}

function tellTimes(root) {
  for (const time of root.querySelectorAll('time:not(.distance)')) {
    time.title = time.textContent
    time.textContent = new Date(time.dateTime).toLocaleString()
  }
}

function tellDistances() {
  for (const time of document.querySelectorAll('time.distance')) {
    time.textContent = formatDistance(Date.parse(time.dateTime) - (Date.now() - ahead))
  }
}

const address = new URL(location.href)
if (address.searchParams.has('said')) {
  // A page that is loaded again has done nothing new.
  address.searchParams.delete('said')
  history.replaceState(null, '', address)
}

document.addEventListener('change', ({ target }) => {
  if (!target.matches('[data-all]')) return
  for (const box of target.form.querySelectorAll('input[type=checkbox]')) box.checked = target.checked
})

const watched = document.querySelector('[data-watch]')
if (watched !== null) watch(watched)

function watch({ dataset }) {
  const QUIET_MS = 15 * 6e4
  const status = document.getElementById('watching')
  const shown = new Map()
  for (const part of document.querySelectorAll('[data-live]')) shown.set(part.id, part.innerHTML)
  let { stamp } = dataset
  let changedAt = Date.now()
  let timer = null
  let isLooking = false
  let isResting = false

  function say(text) {
    if (status.textContent !== text) status.textContent = text
  }

  function plan() {
    clearTimeout(timer)
    const quiet = Date.now() - changedAt
    isResting = document.hidden || quiet > QUIET_MS
    if (document.hidden) return
    if (isResting) return say('Not live: nothing has happened for 15 minutes. It goes on when you come back.')
    timer = setTimeout(look, quiet < 6e4 ? 2e3 : quiet < 3e5 ? 5e3 : 15e3)
  }

  async function look() {
    if (isLooking) return
    isLooking = true
    try {
      const answer = await fetch(dataset.watch)
      if (answer.status === 401) return location.reload()
      if (!answer.ok) throw new Error(answer.status)
      const now = await answer.text()
      if (now !== stamp) {
        await renew()
        stamp = now
        changedAt = Date.now()
      } else if (!status.textContent.startsWith('Live')) say('Live')
    } catch {
      say('Not live: the relay does not answer. The page tries again.')
    } finally {
      isLooking = false
    }
    plan()
  }

  async function renew() {
    const answer = await fetch(location.href, { headers: { accept: 'text/html', 'x-renewal': '1' } })
    if (!answer.ok) throw new Error(answer.status)
    // Without its head: the style there has another nonce.
    const html = (await answer.text()).replace(/^[^]*?(?=<main)/, '')
    const page = new DOMParser().parseFromString(html, 'text/html')
    const before = newest()
    for (const part of page.querySelectorAll('[data-live]')) {
      if (shown.get(part.id) !== part.innerHTML) replace(part)
    }
    tellDistances()
    const count = markFresh(before)
    say(count === 0 ? 'Live' : 'Live: ' + count + (count === 1 ? ' new event' : ' new events'))
  }

  function replace(part) {
    const old = document.getElementById(part.id)
    if (old === null) return
    const controls = (root) => [...root.querySelectorAll('a, button')]
    const focused = controls(old).indexOf(document.activeElement)
    shown.set(part.id, part.innerHTML)
    old.innerHTML = part.innerHTML
    tellTimes(old)
    if (focused >= 0) (controls(old)[focused] ?? main).focus()
  }

  function newest() {
    return Number(document.querySelector('[data-sequence]')?.dataset.sequence ?? 0)
  }

  function markFresh(before) {
    const rows = [...document.querySelectorAll('[data-sequence]')].filter(
      ({ dataset }) => Number(dataset.sequence) > before,
    )
    for (const row of rows) row.classList.add('fresh')
    return rows.length
  }

  function wake() {
    if (!isResting || document.hidden) return
    isResting = false
    changedAt = Date.now()
    look()
  }

  document.addEventListener('visibilitychange', () => (document.hidden ? plan() : wake()))
  for (const sign of ['pointermove', 'keydown', 'focusin']) document.addEventListener(sign, wake)
  say('Live')
  plan()
}

tellTimes(document)
tellDistances()
setInterval(() => document.hidden || tellDistances(), 1e3)
`
