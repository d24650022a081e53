import { describe, expect, test } from 'vitest'
import { readNames } from '../../../src/bitrix24/names/name-reader.ts'
import type { CallPortal } from '../../../src/bitrix24/servers/rest-client.ts'
import type { JsonObject } from '../../../src/bitrix24/wire/json.ts'
import type { WantedName } from '../../../src/core/events/names.ts'
import { err, ok } from '../../../src/core/result.ts'

/** A portal that answers each method alone, and what it was asked. */
function portalOf(answers: Readonly<Record<string, JsonObject>>) {
  const asked: (readonly [string, JsonObject])[] = []
  const call: CallPortal = async (method, params = {}) => {
    asked.push([method, params])
    const answer = answers[method]
    return answer === undefined
      ? err({ kind: 'no_scope', code: 'insufficient_scope', status: 403 })
      : ok(answer)
  }
  return { asked, call }
}

async function nameOf(ref: WantedName, answers: Readonly<Record<string, JsonObject>>) {
  const portal = portalOf(answers)
  const names = await readNames([ref], portal.call)
  return { asked: portal.asked, names: names.ok ? [...names.value] : names.error }
}

describe('readNames()', () => {
  test.each<readonly [WantedName, string, JsonObject, JsonObject, string]>([
    [
      { kind: 'user', id: '27' },
      'user.get',
      { ID: '27' },
      { result: [{ ID: '27', NAME: 'Anna', LAST_NAME: 'Petrova' }] },
      'Anna Petrova',
    ],
    [
      { kind: 'smart_process', id: '1220' },
      'crm.type.getByEntityTypeId',
      { entityTypeId: '1220' },
      { result: { type: { title: ' Rentals ' } } },
      'Rentals',
    ],
    [
      { kind: 'smart_process_by_id', id: '45' },
      'crm.type.get',
      { id: '45' },
      { result: { type: { id: 45, title: 'Rentals', entityTypeId: 1220 } } },
      'Rentals',
    ],
    [
      { kind: 'funnel', id: '1' },
      'crm.category.get',
      { entityTypeId: 2, id: '1' },
      { result: { category: { name: 'Sales' } } },
      'Sales',
    ],
    [
      { kind: 'stage', id: 'C1:NEW' },
      'crm.status.list',
      { filter: { ENTITY_ID: 'DEAL_STAGE_1', STATUS_ID: 'C1:NEW' } },
      {
        result: [
          { STATUS_ID: 'C1:OLD', NAME: 'Old' },
          { STATUS_ID: 'C1:NEW', NAME: 'New' },
        ],
      },
      'New',
    ],
    [
      { kind: 'stage', id: 'WON' },
      'crm.status.list',
      { filter: { ENTITY_ID: 'DEAL_STAGE', STATUS_ID: 'WON' } },
      { result: [{ STATUS_ID: 'WON', NAME: 'x'.repeat(300) }] },
      'x'.repeat(200),
    ],
  ])('reads %j by %s', async (ref, method, params, answer, name) => {
    expect(await nameOf(ref, { [method]: answer })).toEqual({
      asked: [[method, params]],
      names: [[`${ref.kind} ${ref.id}`, name]],
    })
  })

  test.each<readonly [string, JsonObject]>([
    ['nothing', {}],
    ['nobody', { result: [] }],
    ['another shape', { result: { type: 'x' } }],
    ['an empty name', { result: { type: { title: ' ' } } }],
  ])('has no name where the portal tells %s', async (_what, answer) => {
    const refs: readonly WantedName[] = [
      { kind: 'user', id: '27' },
      { kind: 'smart_process', id: '1220' },
      { kind: 'stage', id: 'NEW' },
    ]
    for (const ref of refs) {
      const method = { user: 'user.get', smart_process: 'crm.type.getByEntityTypeId' } as const
      const name = ref.kind === 'stage' ? 'crm.status.list' : method[ref.kind as 'user']
      expect((await nameOf(ref, { [name]: answer })).names).toEqual([
        [`${ref.kind} ${ref.id}`, null],
      ])
    }
  })

  test('fails where the portal cannot be asked at all', async () => {
    const call: CallPortal = async () => err({ kind: 'unreachable', code: 'timeout', status: null })
    expect(await readNames([{ kind: 'user', id: '27' }], call)).toMatchObject({ ok: false })
  })
})
