/** Stories about fields of requisites, told over `FieldScenario`: what the portal holds, what it sends, what is told. */
import type { FieldAttributes } from '../../../src/core/fields/field-read.ts'
import type { FieldAction, LogEntry } from '../../../src/core/log/event.ts'
import { fieldEvent, FieldScenario } from '../scenarios/field-scenario.ts'

/** The definition of a requisite field. */
export function definition(id: number, changes: FieldAttributes = {}): FieldAttributes {
  return {
    ID: String(id),
    ENTITY_ID: 'CRM_REQUISITE',
    FIELD_NAME: `UF_CRM_${id}`,
    USER_TYPE_ID: 'string',
    MANDATORY: 'N',
    ...changes,
  }
}

/** A portal with some fields whose baseline has been read. */
export async function aComparedScenario(
  ...fields: readonly FieldAttributes[]
): Promise<FieldScenario> {
  const scenario = new FieldScenario()
  for (const field of fields) scenario.portal.fields.set(Number(field['ID']), field)
  await scenario.reconcile({ asked: false })
  return scenario
}

let sent = 0

/** The portal sends the event of a field, which is no repetition of an earlier one. */
export async function send(
  scenario: FieldScenario,
  id: number,
  action: FieldAction,
): Promise<void> {
  const ts = Math.floor(scenario.time.now() / 1000)
  await scenario.portal.sends(
    fieldEvent({ id, name: `UF_CRM_${id}` }, action, ts),
    `digest-${(sent += 1)}`,
  )
}

/** What an entry tells, without its long parts. */
export function told({ sequence, origin, event, enrichment }: LogEntry) {
  const { status, reason, changes, toldBy, covers, completes } = enrichment
  const action = event.field?.action
  return { sequence, origin, action, status, reason, changes, toldBy, covers, completes }
}

/** What an event of an update tells whose field was read, but for its sequence and its changes. */
export const COMPLETE = {
  origin: 'event',
  action: 'updated',
  status: 'complete',
  reason: null,
  toldBy: null,
  covers: [],
  completes: [],
}

/** The change from `definition(id)` to `definition(id, { MANDATORY: 'Y' })`. */
export const MANDATORY = [{ attribute: 'MANDATORY', before: 'N', after: 'Y' }]
