/**
 * The left side of the page: fields to create, edit and delete, the switches, and the requests that the
 * portal has sent.
 */
import {
  act,
  byId,
  formatTime,
  h,
  keepList,
  onPress,
  setHidden,
  setText,
  showToast,
} from './dom.js'
import { createFieldRow, updateFieldRow } from './field-row.js'
import { drawJson } from './json-view.js'
import { awaitResult } from './result-view.js'

/** Connects the controls; called once. */
export function connectPortal() {
  onPress(byId('install'), () => act('install'))
  onPress(byId('uninstall'), () => act('uninstall', { clean: true }))
  onPress(byId('import'), () => change('import'))
  onPress(byId('burst'), () => change('burst'))
  for (const input of document.querySelectorAll('[data-switch]')) {
    input.addEventListener('change', () =>
      act('switch', { name: input.dataset.switch, on: input.checked }),
    )
  }
  const form = byId('new-field')
  form.elements.type.addEventListener('change', () => {
    byId('new-values').hidden = form.elements.type.value !== 'enumeration'
  })
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const { label, type, mandatory, values } = form.elements
    const done = await change('createField', {
      label: label.value,
      type: type.value,
      mandatory: mandatory.checked,
      values: values.value.split('\n'),
    })
    if (!done) return
    form.reset()
    byId('new-values').hidden = true
    label.focus()
  })
}

let silence = null

/** Changes something in the portal. Whoever waits for a message is told when none can come. */
export async function change(action, input) {
  awaitResult()
  const done = await act(action, input)
  if (done && silence !== null)
    showToast(`The portal has changed, and nobody was told. ${silence.text}.`)
  return done
}

/** Draws the portal as it stands. */
export function renderPortal({ portal, sends, lost }) {
  setText(byId('portal-domain'), portal.domain)
  const chip = byId('install-chip')
  chip.className = `chip ${portal.installed ? 'good' : ''}`
  setText(chip, portal.installed ? 'App installed' : 'App not installed')
  silence = portal.silence
  const [install, uninstall] = [byId('install'), byId('uninstall')]
  // The one that is wanted is shown first, so that it can take the focus of the other one.
  if (portal.installed) uninstall.hidden = false
  else install.hidden = false
  setHidden(install, portal.installed, uninstall)
  setHidden(uninstall, !portal.installed, install)
  const imported = portal.fields.some(({ label }) => label === 'SWIFT code')
  setText(byId('import'), imported ? 'Remove the import' : 'Import 6 fields')
  for (const input of document.querySelectorAll('[data-switch]')) {
    input.checked = portal.switches[input.dataset.switch]
  }
  renderFields(portal.fields)
  const wire = [...sends, ...lost].toSorted((one, other) => one.at - other.at)
  keepList(byId('wire'), wire, {
    key: ({ number }) => number,
    create: (send) => (send.body === undefined ? createLoss(send) : createSend(send)),
    newestFirst: true,
  })
}

/** Draws the fields. When the field that had the focus was deleted, its neighbour gets it, or the form for a new one. */
function renderFields(fields) {
  const list = byId('fields')
  const index = [...list.children].findIndex((row) => row.contains(document.activeElement))
  const isDeletion = document.activeElement?.classList.contains('remove') === true
  keepList(list, fields, {
    key: ({ id }) => id,
    create: (field) => createFieldRow(field, change),
    update: updateFieldRow,
  })
  if (index < 0 || list.contains(document.activeElement)) return
  const row = list.children[Math.min(index, list.children.length - 1)]
  const next = row?.querySelector(isDeletion ? '.remove' : '.icon')
  ;(next ?? byId('new-field').elements.label).focus()
}

function shortName(event) {
  return event.replace('ONCRMREQUISITEUSERFIELD', 'FIELD ')
}

/** The row of an event that Bitrix24 never sent. It holds nothing to open. */
function createLoss({ event, at }) {
  return h(
    'li',
    { class: 'send lost' },
    h('span', { class: 'pill bad' }, 'lost'),
    h('span', { class: 'event' }, shortName(event)),
    h('span', { class: 'outcome' }, 'never sent'),
    h('span', { class: 'note' }, formatTime(at)),
  )
}

function createSend({ event, at, ms, status, body, pairs, answer, error, handlerId }) {
  const tone = status === null ? 'bad' : status < 300 ? 'good' : 'warn'
  return h(
    'li',
    { class: 'send' },
    h(
      'details',
      {},
      h(
        'summary',
        {},
        h('span', { class: `pill ${tone}` }, status === null ? 'no answer' : String(status)),
        h('span', { class: 'event' }, shortName(event)),
        h('span', { class: 'outcome' }, describeAnswer(answer)),
        h('span', { class: 'note' }, formatTime(at)),
      ),
      h('p', { class: 'caption' }, `POST, handler ${handlerId}`),
      h('dl', { class: 'pairs' }, pairs.map(drawPair)),
      h(
        'details',
        { class: 'bytes' },
        h('summary', {}, 'The same as it was sent'),
        h('pre', { class: 'raw' }, splitPairs(body)),
      ),
      h(
        'p',
        { class: 'caption' },
        status === null ? 'No answer, and no second try' : `Answer after ${Math.round(ms)} ms`,
      ),
      drawAnswer(error ?? answer),
    ),
  )
}

function drawPair([name, value]) {
  return [h('dt', {}, name), h('dd', {}, value)]
}

/** JSON with indents, and every other text as it is. */
function drawAnswer(text) {
  const isJson = text.startsWith('{')
  return h('pre', { class: 'raw json' }, isJson ? drawJson(parseAnswer(text)) : text)
}

/** The relay's answer in two words. */
function describeAnswer(answer) {
  const { sequence, duplicate, pending, quarantined, via, error } = parseAnswer(answer)
  if (error?.code !== undefined) return error.code
  if (duplicate) return `same as #${sequence}`
  if (pending) return 'pending'
  if (via !== undefined) return via
  if (sequence === undefined) return ''
  return quarantined ? `#${sequence}, not understood` : `#${sequence}`
}

function parseAnswer(answer) {
  try {
    return JSON.parse(answer) ?? {}
  } catch {
    // There was no answer, or the relay did not write it.
    return {}
  }
}

/** The body as it was sent, with line breaks only between its pairs. */
function splitPairs(body) {
  return body.split('&').map((pair, index) => {
    const [name, value] = pair.split('=')
    return h('span', { class: 'pair' }, index === 0 ? '' : '&', h('i', {}, name), `=${value}`)
  })
}
