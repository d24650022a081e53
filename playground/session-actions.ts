/** Runs the actions of a person on the page. The page is not trusted: each action is checked here. */
import { setTimeout as sleep } from 'node:timers/promises'
import { DOCUMENTED_EVENTS } from './documented-events.ts'
import type { ChangeResult } from './portal/field-actions.ts'
import type { Params } from './portal/php-query.ts'
import type { EnumValue } from './portal/user-fields.ts'
import type { SessionReceiver } from './session-receivers.ts'
import type { Session } from './session.ts'

/** Null when the action was done, else a sentence for the person. */
export type ActionProblem = string | null

type Input = Readonly<Record<string, unknown>>
type Action = (session: Session, input: Input) => Promise<ActionProblem>

const TYPES: readonly unknown[] = ['string', 'boolean', 'double', 'datetime', 'enumeration']
const RESTART_AFTER_MS = 1500
const RATE_LIMIT_SECONDS = 20
const SLOW_MS = 5000
const BURST_EDITS = 30

const ACTIONS: ReadonlyMap<unknown, Action> = new Map<unknown, Action>([
  [
    'install',
    async ({ portal }) => {
      await portal.install()
      return null
    },
  ],
  [
    'uninstall',
    async ({ portal }, input) => {
      await portal.uninstall({ clean: input['clean'] === true })
      return null
    },
  ],
  ['createField', createField],
  ['updateField', updateField],
  ['deleteField', async ({ portal }, input) => problemOf(await portal.deleteField(readId(input)))],
  ['sendEvent', sendEvent],
  ['import', importFields],
  ['burst', editInBurst],
  ['switch', flipSwitch],
  ['receiver', setReceiver],
  ['resume', resumeLane],
  ['reconcile', reconcile],
  ['kill', killRelay],
])

/** Runs one action. `input.action` names it. */
export async function runAction(session: Session, input: Input): Promise<ActionProblem> {
  const action = ACTIONS.get(input['action'])
  if (action === undefined) return 'This action does not exist'
  try {
    return await action(session, input)
  } finally {
    session.notify()
  }
}

async function createField({ portal }: Session, input: Input): Promise<ActionProblem> {
  const label = readString(input, 'label').trim()
  const type = input['type']
  if (label === '') return 'The field needs a label'
  if (!TYPES.includes(type)) return 'The field needs a type'
  const taken = portal.fields.map((field) => field.FIELD_NAME)
  const fields: Params = {
    FIELD_NAME: nameField(label, taken),
    USER_TYPE_ID: String(type),
    MANDATORY: input['mandatory'] === true ? 'Y' : 'N',
    EDIT_FORM_LABEL: label,
    LIST_COLUMN_LABEL: label,
  }
  if (type === 'enumeration') fields['LIST'] = readValues(input)
  return problemOf(await portal.createField(fields))
}

/** Writes only the columns that the page names; the simulated portal then decides which events follow. */
async function updateField({ portal }: Session, input: Input): Promise<ActionProblem> {
  const fields: Params = {}
  const label = readString(input, 'label').trim()
  if (label !== '') {
    fields['EDIT_FORM_LABEL'] = label
    fields['LIST_COLUMN_LABEL'] = label
  }
  if (typeof input['mandatory'] === 'boolean') fields['MANDATORY'] = input['mandatory'] ? 'Y' : 'N'
  if (Array.isArray(input['values'])) {
    const former = portal.fields.find(({ ID }) => ID === readId(input))?.LIST ?? []
    fields['LIST'] = keepValueIds(former, readValues(input))
  }
  return problemOf(await portal.updateField(readId(input), fields))
}

/**
 * A text that stays keeps the id of its value. A new text in the place of a removed one renames that value.
 */
function keepValueIds(former: readonly EnumValue[], texts: readonly string[]): Params[] {
  return texts.map((VALUE, index) => {
    const replaced = former[index]
    const isRenamed = replaced !== undefined && !texts.includes(replaced.VALUE)
    const known =
      former.find((value) => value.VALUE === VALUE) ?? (isRenamed ? replaced : undefined)
    // A text written twice is two values.
    const isRepeated = texts.indexOf(VALUE) < index
    return known === undefined || isRepeated ? { VALUE } : { ID: known.ID, VALUE }
  })
}

/** The fields of an import, which causes many events within a second. */
export const IMPORTED_LABELS: readonly string[] = [
  'Bank name',
  'IBAN',
  'SWIFT code',
  'Registration court',
  'Customs number',
  'Invoice e-mail',
]

/** Creates the imported fields; when they are there, deletes them. */
async function importFields(session: Session): Promise<ActionProblem> {
  const { portal } = session
  const names = IMPORTED_LABELS.map((label) => nameField(label, []))
  const present = portal.fields.filter((field) => names.includes(field.FIELD_NAME))
  if (present.length > 0) {
    for (const { ID } of present) await portal.deleteField(ID)
    return null
  }
  for (const label of IMPORTED_LABELS) await createField(session, { label, type: 'string' })
  return null
}

/** Sends the example of a documented event, whether or not the relay has bound it. */
async function sendEvent({ portal }: Session, input: Input): Promise<ActionProblem> {
  const wanted = readString(input, 'name').trim().toUpperCase()
  const event = DOCUMENTED_EVENTS.find(({ name }) => name.toUpperCase() === wanted)
  if (event === undefined) return 'The documentation has no event of this name'
  if (!portal.installed) return 'The portal has no application that could get the event'
  await portal.sendEvent(wanted, event.data, { evenUnbound: true })
  return null
}

async function flipSwitch({ portal }: Session, input: Input): Promise<ActionProblem> {
  const on = input['on'] === true
  switch (input['name']) {
    case 'robot':
      portal.switches.robot = on
      return null
    case 'twice':
      portal.switches.twice = on
      return null
    case 'wrongToken':
      portal.switches.wrongToken = on
      return null
    case 'loseNext':
      portal.faults.loseNext(on ? 1 : 0)
      return null
    default:
      return 'This switch does not exist'
  }
}

/**
 * Renames one field again and again, as a script would, so that pacing and digests can be seen. Bitrix24 writes
 * time in seconds, so some of these events are equal, and the relay counts equal ones once
 * (docs/bitrix24.md#duplicates).
 */
async function editInBurst({ portal }: Session): Promise<ActionProblem> {
  const [field] = portal.fields
  if (field === undefined) return 'There is no field to edit'
  const label = (field.labels['EDIT_FORM_LABEL']?.['en'] ?? field.FIELD_NAME).replace(
    / \(edit \d+\)$/,
    '',
  )
  for (let edit = 1; edit <= BURST_EDITS; edit++) {
    const name = `${label} (edit ${edit})`
    const change = { EDIT_FORM_LABEL: name, LIST_COLUMN_LABEL: name }
    const problem = problemOf(await portal.updateField(field.ID, change))
    if (problem !== null) return problem
  }
  return null
}

type Behave = (receiver: SessionReceiver, notify: () => void) => void

const BEHAVIOURS: ReadonlyMap<unknown, Behave> = new Map<unknown, Behave>([
  ['normal', ({ simulator }) => simulator.recover()],
  [
    'rate_limited',
    ({ simulator }, notify) => {
      simulator.rateLimitFor(RATE_LIMIT_SECONDS)
      // Nothing else would tell the page that the limit has ended.
      setTimeout(notify, RATE_LIMIT_SECONDS * 1000 + 50).unref()
    },
  ],
  ['slow', ({ simulator }) => simulator.slow(SLOW_MS)],
  ['reset', ({ simulator }) => simulator.reset()],
  ['down', ({ simulator }) => simulator.down()],
  ['gone', ({ simulator, gone }) => simulator.answer(gone)],
  ['error_inside', ({ simulator, errorInside }) => simulator.answer(errorInside)],
  ['flood', ({ simulator }) => simulator.flood()],
])

async function setReceiver(session: Session, input: Input): Promise<ActionProblem> {
  const name = input['receiver']
  const [, receiver] = Object.entries(session.receivers).find(([type]) => type === name) ?? []
  if (receiver === undefined) return 'This receiver does not exist'
  const behave = BEHAVIOURS.get(input['behaviour'])
  if (behave === undefined) return 'This behaviour does not exist'
  // The switch of a receiver may leave something of its last behaviour behind.
  receiver.simulator.recover()
  behave(receiver, session.notify)
  return null
}

async function resumeLane({ lanes }: Session, input: Input): Promise<ActionProblem> {
  const status = await lanes.resume(readString(input, 'destination'))
  return status === 200 ? null : `The relay answers ${status}`
}

/** Starts a comparison, which goes on after the answer. The changes that it finds arrive like other events. */
async function reconcile({ relay, lanes }: Session): Promise<ActionProblem> {
  if (!relay.running) return 'The relay is down'
  const status = await lanes.reconcile()
  return status === 202 ? null : `The relay answers ${status}`
}

async function killRelay({ relay, notify }: Session): Promise<ActionProblem> {
  if (!relay.running) return 'The relay is already down'
  await relay.kill()
  notify()
  await sleep(RESTART_AFTER_MS)
  await relay.restart()
  return null
}

function problemOf(result: ChangeResult): ActionProblem {
  return result.ok ? null : (result.error.description ?? result.error.error)
}

/** A code in Bitrix24's alphabet from the label, made unique with a number. */
function nameField(label: string, taken: readonly string[]): string {
  const ascii = label
    .normalize('NFKD')
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
  const base = `UF_CRM_${ascii.replace(/^_+|_+$/g, '').slice(0, 30) || Math.floor(Date.now() / 1000)}`
  let name = base
  for (let count = 2; taken.includes(name); count++) name = `${base}_${count}`
  return name
}

function readId(input: Input): string {
  return readString(input, 'id')
}

function readString(input: Input, key: string): string {
  const value = input[key]
  return typeof value === 'string' ? value.slice(0, 500) : ''
}

function readValues(input: Input): string[] {
  const values = Array.isArray(input['values']) ? input['values'] : []
  return values.flatMap((value) => {
    const text = typeof value === 'string' ? value.trim() : ''
    return text === '' ? [] : [text.slice(0, 200)]
  })
}
