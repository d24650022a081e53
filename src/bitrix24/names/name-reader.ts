/**
 * Reads the names of users, smart processes, pipelines and stages with one request. A thing that the application may
 * not read gets no name; messages show its id instead.
 */
import type { Json } from '../../core/log/event.ts'
import { nameKey, type NamedKind, type WantedName } from '../../core/events/names.ts'
import { ok, type Result } from '../../core/result.ts'
import { userNameOf } from '../fields/users.ts'
import { callCommands, MAX_COMMANDS, type Command } from '../servers/commands.ts'
import type { CallPortal } from '../servers/rest-client.ts'
import { isTransient, type RestError } from '../servers/rest-error.ts'
import { isJsonObject } from '../wire/json.ts'

const MAX_NAME_LENGTH = 200

/** The type of deals: pipelines and stages stand in events about deals only. */
const DEAL_TYPE = 2

/** The command that asks for a kind of thing, and the path to the name in its answer. */
interface NameMethod {
  readonly command: (id: string) => Pick<Command, 'method' | 'params'>
  readonly nameOf: (result: Json | undefined, id: string) => string | null
}

const METHODS: Readonly<Record<NamedKind, NameMethod>> = {
  // https://apidocs.bitrix24.com/api-reference/user/user-get.html
  user: {
    command: (id) => ({ method: 'user.get', params: { ID: id } }),
    nameOf: (result, id) => userNameOf(Number(id), result),
  },
  // https://apidocs.bitrix24.com/api-reference/crm/universal/user-defined-object-types/crm-type-get-by-entity-type-id.html
  smart_process: {
    command: (id) => ({ method: 'crm.type.getByEntityTypeId', params: { entityTypeId: id } }),
    nameOf: (result) => textAt(memberOf(result, 'type'), 'title'),
  },
  // https://apidocs.bitrix24.com/api-reference/crm/universal/user-defined-object-types/crm-type-get.html
  smart_process_by_id: {
    command: (id) => ({ method: 'crm.type.get', params: { id } }),
    nameOf: (result) => textAt(memberOf(result, 'type'), 'title'),
  },
  // https://apidocs.bitrix24.com/api-reference/crm/universal/category/crm-category-get.html
  funnel: {
    command: (id) => ({ method: 'crm.category.get', params: { entityTypeId: DEAL_TYPE, id } }),
    nameOf: (result) => textAt(memberOf(result, 'category'), 'name'),
  },
  // https://apidocs.bitrix24.com/api-reference/crm/status/crm-status-list.html
  stage: {
    command: (id) => ({
      method: 'crm.status.list',
      params: { filter: { ENTITY_ID: stageListOf(id), STATUS_ID: id } },
    }),
    nameOf: (result, id) => {
      const rows: readonly Json[] = Array.isArray(result) ? result : []
      return textAt(
        rows.find((row) => memberOf(row, 'STATUS_ID') === id),
        'NAME',
      )
    },
  },
}

/**
 * The names by `nameKey`; null for a thing whose name the portal does not tell. A thing is left out when the portal
 * could not answer now. Asks for 50 at most.
 */
export async function readNames(
  refs: readonly WantedName[],
  call: CallPortal,
): Promise<Result<ReadonlyMap<string, string | null>, RestError>> {
  const asked = refs.slice(0, MAX_COMMANDS)
  const commands = asked.map(({ kind, id }, index) => ({
    key: `name${index}`,
    ...METHODS[kind].command(id),
  }))
  const answers = await callCommands(commands, call)
  if (!answers.ok) return answers
  const names = asked.flatMap((ref, index): readonly [string, string | null][] => {
    const answer = answers.value.get(`name${index}`)
    if (answer === undefined || (!answer.ok && isTransient(answer.error))) return []
    const name = answer.ok ? METHODS[ref.kind].nameOf(answer.value['result'], ref.id) : null
    return [[nameKey(ref), name]]
  })
  return ok(new Map(names))
}

/** Each pipeline of deals has a list of its own: `C1:NEW` stands in `DEAL_STAGE_1`. */
function stageListOf(id: string): string {
  const pipeline = /^C(\d+):/.exec(id)?.[1]
  return pipeline === undefined ? 'DEAL_STAGE' : `DEAL_STAGE_${pipeline}`
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  return isJsonObject(value) ? value[name] : undefined
}

function textAt(value: Json | undefined, name: string): string | null {
  const text = memberOf(value, name)
  if (typeof text !== 'string' || text.trim() === '') return null
  return Array.from(text.trim()).slice(0, MAX_NAME_LENGTH).join('')
}
