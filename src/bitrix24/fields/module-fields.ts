/**
 * Reads fields of any module. An event names such a field by its number, and `userfieldconfig.get` wants the module as
 * well, so every module is asked that can have the field (docs/bitrix24.md#fields-of-every-module). A field of the CRM
 * is then read by the method of its family, as its own events are: the two methods differ in small things, which would
 * look like changes.
 */
import type { FieldFamily, Json, ThinReason } from '../../core/log/event.ts'
import type { FieldRead, FieldRef } from '../../core/fields/field-read.ts'
import { err, ok, type Result } from '../../core/result.ts'
import {
  callCommands,
  MAX_COMMANDS,
  type Command,
  type CommandAnswers,
} from '../servers/commands.ts'
import type { CallPortal } from '../servers/rest-client.ts'
import { isTransient, MALFORMED_ANSWER, type RestError } from '../servers/rest-error.ts'
import type { JsonObject } from '../wire/json.ts'
import { IdSchema, parseOrNull } from '../wire/wire-schemas.ts'
import { attributesOf } from './field-attributes.ts'

/**
 * The modules that are asked. The documentation names the first two
 * (https://dev.1c-bitrix.ru/rest_help/userfieldconfig/index.php); one that a portal does not offer answers with an
 * error.
 */
const MODULES = ['crm', 'rpa', 'main', 'tasks', 'catalog'] as const

const CRM_FAMILIES: Readonly<Record<string, FieldFamily>> = {
  CRM_REQUISITE: 'requisite',
  CRM_LEAD: 'lead',
  CRM_DEAL: 'deal',
  CRM_CONTACT: 'contact',
  CRM_COMPANY: 'company',
  CRM_QUOTE: 'quote',
  CRM_INVOICE: 'invoice',
}

/** A read, and the answers that ask for a wait. */
export interface ModuleReads {
  readonly reads: ReadonlyMap<number, FieldRead>
  readonly failures: readonly RestError[]
}

/**
 * Reads the fields, each with a command for each module. `reasonOf` names the reason of a failed command. A field
 * counts as read when one module shows it, and never as gone: no module tells a missing field from a foreign one.
 */
export async function readModuleFields(
  fields: readonly FieldRef[],
  call: CallPortal,
  reasonOf: (error: RestError) => ThinReason,
): Promise<Result<ModuleReads, RestError>> {
  const answers = await callAll(
    fields.flatMap(({ id }) => MODULES.map((moduleId) => configCommand(id, moduleId))),
    call,
  )
  if (!answers.ok) return answers
  const found = fields.map(({ id }) => [id, configOf(id, answers.value, reasonOf)] as const)
  const ofCrm = found.flatMap(([id, { read }]) => {
    const owner = read.kind === 'found' ? read.attributes['ENTITY_ID'] : null
    const family = typeof owner === 'string' ? CRM_FAMILIES[owner] : undefined
    return family === undefined ? [] : [{ id, family }]
  })
  const again = await callAll(ofCrm.map(crmCommand), call)
  if (!again.ok) return again
  const reads = new Map(found.map(([id, { read }]) => [id, read]))
  for (const { id, family } of ofCrm) {
    const answer = again.value.get(crmKey(id)) ?? err(MALFORMED_ANSWER)
    const attributes = answer.ok ? attributesOf(family, answer.value['result'] ?? null) : null
    const reason = reasonOf(answer.ok ? MALFORMED_ANSWER : answer.error)
    reads.set(id, attributes === null ? { kind: 'failed', reason } : { kind: 'found', attributes })
  }
  return ok({ reads, failures: found.flatMap(([, { failures }]) => failures) })
}

/** Sends the commands in as many requests as they need. */
async function callAll(
  commands: readonly Command[],
  call: CallPortal,
): Promise<Result<CommandAnswers, RestError>> {
  const all = new Map<string, Result<JsonObject, RestError>>()
  for (let start = 0; start < commands.length; start += MAX_COMMANDS) {
    const answers = await callCommands(commands.slice(start, start + MAX_COMMANDS), call)
    if (!answers.ok) return answers
    for (const [key, answer] of answers.value) all.set(key, answer)
  }
  return ok(all)
}

function configKey(id: number, moduleId: string): string {
  return `config${id}_${moduleId}`
}

function configCommand(id: number, moduleId: string): Command {
  const params = { moduleId, id }
  return { key: configKey(id, moduleId), method: 'userfieldconfig.get', params }
}

function crmKey(id: number): string {
  return `crm${id}`
}

function crmCommand({
  id,
  family,
}: {
  readonly id: number
  readonly family: FieldFamily
}): Command {
  return { key: crmKey(id), method: `crm.${family}.userfield.get`, params: { id } }
}

interface ConfigRead {
  readonly read: FieldRead
  readonly failures: readonly RestError[]
}

function configOf(
  id: number,
  answers: CommandAnswers,
  reasonOf: (error: RestError) => ThinReason,
): ConfigRead {
  const parts = MODULES.map((module) => answers.get(configKey(id, module)) ?? err(MALFORMED_ANSWER))
  for (const part of parts) {
    const attributes = part.ok ? fieldIn(id, part.value['result'] ?? null) : null
    if (attributes !== null) return { read: { kind: 'found', attributes }, failures: [] }
  }
  const failures = parts.flatMap((part) => (part.ok ? [] : [part.error]))
  // The refusals that a wait may end come first. The modules that a portal does not have refuse as well, so a refusal
  // says no more than that nobody has shown the field.
  const passing = failures.find(isTransient)
  const reason = passing === undefined ? 'access_denied' : reasonOf(passing)
  return { read: { kind: 'failed', reason }, failures }
}

function fieldIn(id: number, result: Json) {
  const attributes = attributesOf('module', result)
  return attributes !== null && parseOrNull(IdSchema, attributes['ID']) === id ? attributes : null
}
