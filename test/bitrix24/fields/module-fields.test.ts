import { describe, expect, test } from 'vitest'
import { thinReasonOf } from '../../../src/bitrix24/fields/field-reader.ts'
import { readModuleFields } from '../../../src/bitrix24/fields/module-fields.ts'
import type { CallPortal } from '../../../src/bitrix24/servers/rest-client.ts'
import type { JsonObject } from '../../../src/bitrix24/wire/json.ts'
import type { FieldRef } from '../../../src/core/fields/field-read.ts'
import { err, ok } from '../../../src/core/result.ts'

const VIEW_DENIED = { error: '', error_description: 'You are not allowed to view' }
const NO_SCOPE = { error: 'insufficient_scope', error_description: '' }

/** A portal that answers each command of a batch by its method and its module. */
function portalOf(answers: Readonly<Record<string, JsonObject>>) {
  const asked: string[] = []
  const answerTo = (text: string): JsonObject => {
    const [method = '', query = ''] = text.split('?')
    const params = new URLSearchParams(query)
    const key = [method, params.get('moduleId'), params.get('id')].filter(Boolean).join(' ')
    asked.push(key)
    return answers[key] ?? VIEW_DENIED
  }
  const call: CallPortal = async (method, params = {}) => {
    if (method !== 'batch') {
      const answer = answerTo(`${method}?${new URLSearchParams(Object(params)).toString()}`)
      return 'error' in answer ? err({ kind: 'refused', code: '', status: 400 }) : ok(answer)
    }
    const parts = Object.entries(Object(params['cmd'])).map(
      ([key, text]) => [key, answerTo(String(text))] as const,
    )
    const isError = ([, part]: (typeof parts)[number]) => 'error' in part
    const result = parts
      .filter((part) => !isError(part))
      .map(([key, part]) => [key, part['result']])
    const maps = {
      result: Object.fromEntries(result),
      result_error: Object.fromEntries(parts.filter(isError)),
    }
    return ok({ result: maps })
  }
  return { asked, call }
}

function ref(id: number): FieldRef {
  return { family: 'module', id, entityId: '' }
}

const SKYPE = { id: '42', entityId: 'USER', fieldName: 'UF_SKYPE', mandatory: 'N' }

async function readOf(answers: Readonly<Record<string, JsonObject>>, id = 42) {
  const portal = portalOf(answers)
  const answer = await readModuleFields([ref(id)], portal.call, thinReasonOf)
  return { asked: portal.asked, read: answer.ok ? answer.value.reads.get(id) : answer.error }
}

describe('readModuleFields()', () => {
  test('asks every module, and takes the answer of the one that shows the field', async () => {
    const { asked, read } = await readOf({
      'userfieldconfig.get main 42': { result: { field: SKYPE } },
    })
    expect(read).toEqual({
      kind: 'found',
      attributes: { ID: '42', ENTITY_ID: 'USER', FIELD_NAME: 'UF_SKYPE', MANDATORY: 'N' },
    })
    expect(asked).toEqual(
      ['crm', 'rpa', 'main', 'tasks', 'catalog'].map(
        (module) => `userfieldconfig.get ${module} 42`,
      ),
    )
  })

  test('reads a field of the CRM by the method of its family, as its own events do', async () => {
    const { asked, read } = await readOf({
      'userfieldconfig.get crm 42': { result: { field: { ...SKYPE, entityId: 'CRM_DEAL' } } },
      'crm.deal.userfield.get 42': { result: { ID: '42', ENTITY_ID: 'CRM_DEAL', SORT: '7' } },
    })
    expect(asked.at(-1)).toBe('crm.deal.userfield.get 42')
    expect(read).toEqual({
      kind: 'found',
      attributes: { ID: '42', ENTITY_ID: 'CRM_DEAL', SORT: '7' },
    })
  })

  test.each([
    ['no module shows it', {}, 'access_denied'],
    ['the scope is missing', { 'userfieldconfig.get crm 42': NO_SCOPE }, 'access_denied'],
    [
      'another field is answered',
      { 'userfieldconfig.get main 42': { result: { field: { ...SKYPE, id: '43' } } } },
      'access_denied',
    ],
    [
      'the portal wants a pause',
      { 'userfieldconfig.get rpa 42': { error: 'QUERY_LIMIT_EXCEEDED', error_description: '' } },
      'rate_limited',
    ],
  ])('fails where %s, and never takes the field for gone', async (_case, answers, reason) => {
    expect((await readOf(answers)).read).toEqual({ kind: 'failed', reason })
  })

  test('reads more fields than one request has room for', async () => {
    const fields = Array.from({ length: 30 }, (_, index) => ref(index + 1))
    const answers = Object.fromEntries(
      fields.map(({ id }) => [
        `userfieldconfig.get tasks ${id}`,
        { result: { field: { ...SKYPE, id: String(id) } } },
      ]),
    )
    const portal = portalOf(answers)
    const answer = await readModuleFields(fields, portal.call, thinReasonOf)
    expect(answer.ok && [...answer.value.reads.values()].map(({ kind }) => kind)).toEqual(
      fields.map(() => 'found'),
    )
    expect(portal.asked).toHaveLength(150)
  })
})
