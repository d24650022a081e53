/**
 * The left side of the page: fields to create, edit and delete, the switches, and the requests that the
 * portal has sent.
 */
import { act, byId, formatTime, h, keepList, setText } from './dom.js'

const TYPE_NAMES = {
  string: 'Text',
  double: 'Number',
  boolean: 'Yes or no',
  datetime: 'Date',
  enumeration: 'List',
}

/** Connects the controls; called once. */
export function connectPortal() {
  byId('install').addEventListener('click', () => act('install'))
  byId('uninstall').addEventListener('click', () => act('uninstall', { clean: true }))
  byId('import').addEventListener('click', () => act('import'))
  byId('burst').addEventListener('click', editInBurst)
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
    const done = await act('createField', {
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

async function editInBurst({ currentTarget: button }) {
  button.disabled = true
  await act('burst')
  button.disabled = false
}

/** Draws the portal as it stands. */
export function renderPortal({ portal, sends, lost }) {
  setText(byId('portal-domain'), portal.domain)
  const chip = byId('install-chip')
  chip.className = `chip ${portal.installed ? 'good' : ''}`
  setText(chip, portal.installed ? 'App installed' : 'App not installed')
  byId('install').hidden = portal.installed
  byId('uninstall').hidden = !portal.installed
  const imported = portal.fields.some(({ label }) => label === 'SWIFT code')
  setText(byId('import'), imported ? 'Remove the import' : 'Import 6 fields')
  for (const input of document.querySelectorAll('[data-switch]')) {
    input.checked = portal.switches[input.dataset.switch]
  }
  keepList(byId('fields'), portal.fields, {
    key: ({ id }) => id,
    create: createFieldRow,
    update: updateFieldRow,
  })
  const wire = [...sends, ...lost].toSorted((one, other) => one.at - other.at)
  keepList(byId('wire'), wire, {
    key: ({ number }) => number,
    create: (send) => (send.body === undefined ? createLoss(send) : createSend(send)),
    newestFirst: true,
  })
}

function createFieldRow({ id }) {
  const row = h('li', { class: 'field' })
  const edit = () => openEditor(row)
  row.append(
    h(
      'div',
      { class: 'field-line' },
      h('div', { class: 'field-name' }, h('b', {}), h('code', {})),
      h('span', { class: 'type' }),
      h('button', { class: 'icon', onclick: edit }, 'Edit'),
      h('button', { class: 'icon remove', onclick: () => act('deleteField', { id }) }, 'Delete'),
    ),
  )
  return row
}

function updateFieldRow(row, field) {
  row.field = field
  setText(row.querySelector('b'), field.label)
  row.querySelector('b').classList.toggle('mandatory', field.mandatory)
  row.querySelector('b').title = field.mandatory ? 'Mandatory' : ''
  setText(row.querySelector('code'), field.name)
  setText(row.querySelector('.type'), TYPE_NAMES[field.type] ?? field.type)
  const [edit, remove] = row.querySelectorAll('.field-line button')
  edit.setAttribute('aria-label', `Edit ${field.label}`)
  remove.setAttribute('aria-label', `Delete ${field.label}`)
}

/**
 * Shows the form under a row, or hides it. Only the changed values are saved, as in the portal's own form.
 */
function openEditor(row) {
  const open = row.querySelector('form')
  if (open !== null) {
    open.remove()
    return
  }
  const { id, label, mandatory, values } = row.field
  const labelInput = h('input', {
    value: label,
    maxlength: 120,
    required: true,
    autocomplete: 'off',
  })
  const mandatoryInput = h('input', { type: 'checkbox', checked: mandatory })
  const valuesInput = values === null ? null : h('textarea', { rows: 3 }, values.join('\n'))
  const close = () => {
    form.remove()
    row.querySelector('.field-line button').focus()
  }
  const save = async (event) => {
    event.preventDefault()
    const changes = {}
    if (labelInput.value.trim() !== label) changes.label = labelInput.value
    if (mandatoryInput.checked !== mandatory) changes.mandatory = mandatoryInput.checked
    const nextValues = valuesInput?.value.split('\n').filter((value) => value.trim() !== '')
    if (nextValues !== undefined && nextValues.join('\n') !== values.join('\n')) {
      changes.values = nextValues
    }
    // A save without a change still writes the columns, so Bitrix24 sends an update.
    if (Object.keys(changes).length === 0) changes.label = label
    if (await act('updateField', { id, ...changes })) close()
  }
  const form = h(
    'form',
    { class: 'editor', onsubmit: save },
    h('label', {}, h('span', {}, 'Label'), labelInput),
    valuesInput === null ? null : h('label', {}, h('span', {}, 'Values, one a line'), valuesInput),
    h('label', { class: 'check' }, mandatoryInput, h('span', {}, 'Mandatory')),
    h(
      'div',
      { class: 'actions' },
      h('button', { class: 'button primary' }, 'Save'),
      h('button', { class: 'button', type: 'button', onclick: close }, 'Cancel'),
    ),
  )
  row.append(form)
  labelInput.select()
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

function createSend({ event, at, ms, status, body, answer, error, handlerId }) {
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
      h('pre', { class: 'raw' }, splitPairs(body)),
      h(
        'p',
        { class: 'caption' },
        status === null ? 'No answer, and no second try' : `Answer after ${Math.round(ms)} ms`,
      ),
      h('pre', { class: 'raw' }, error ?? answer),
    ),
  )
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
