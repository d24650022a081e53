/** The row of a field: its name, its type, and the form that changes it. */
import { h, setText } from './dom.js'

/** Makes the row of a field; `change` asks the server for a change. */
export function createFieldRow({ id }, change) {
  const row = h('li', { class: 'field' })
  const edit = () => openEditor(row, change)
  row.append(
    h(
      'div',
      { class: 'field-line' },
      h('div', { class: 'field-name' }, h('b', {}), h('code', {})),
      h('span', { class: 'type' }),
      h('button', { class: 'icon', onclick: edit }, 'Edit'),
      h('button', { class: 'icon remove', onclick: () => change('deleteField', { id }) }, 'Delete'),
    ),
  )
  return row
}

/** Refreshes the row of a field. */
export function updateFieldRow(row, field) {
  row.field = field
  setText(row.querySelector('b'), field.label)
  row.querySelector('b').classList.toggle('mandatory', field.mandatory)
  row.querySelector('b').title = field.mandatory ? 'Required' : ''
  setText(row.querySelector('code'), field.name)
  setText(row.querySelector('.type'), field.typeName)
  const [edit, remove] = row.querySelectorAll('.field-line button')
  edit.setAttribute('aria-label', `Edit ${field.label}`)
  remove.setAttribute('aria-label', `Delete ${field.label}`)
}

/**
 * Shows the form under a row, or hides it. Only the changed values are saved, as in the portal's own form.
 */
function openEditor(row, change) {
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
    if (await change('updateField', { id, ...changes })) close()
  }
  const form = h(
    'form',
    { class: 'editor', onsubmit: save },
    h('label', {}, h('span', {}, 'Label'), labelInput),
    valuesInput === null ? null : h('label', {}, h('span', {}, 'Values, one a line'), valuesInput),
    h('label', { class: 'check' }, mandatoryInput, h('span', {}, 'Required')),
    h(
      'div',
      { class: 'actions' },
      h('button', { class: 'button primary' }, 'Save'),
      h('button', { class: 'button', type: 'button', onclick: close }, 'Cancel'),
    ),
  )
  form.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') close()
  })
  row.append(form)
  labelInput.select()
}
