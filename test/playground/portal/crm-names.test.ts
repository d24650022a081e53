/** The names that the simulated portal tells: of smart processes, pipelines and stages, in the documented forms. */
import { beforeEach, expect, test } from 'vitest'
import { readNames } from '../../../src/bitrix24/names/name-reader.ts'
import type { CallPortal } from '../../../src/bitrix24/servers/rest-client.ts'
import type { WantedName } from '../../../src/core/events/names.ts'
import { ok } from '../../../src/core/result.ts'
import { createPortalSimulator } from '../../../playground/portal/portal.ts'
import type { PortalSimulator } from '../../../playground/portal/portal.ts'
import { formatPhpQuery } from '../../../playground/portal/php-query.ts'
import type { PhpValue } from '../../../playground/portal/php-query.ts'
import { started } from '../../support/network/started.ts'

let portal: PortalSimulator

beforeEach(async () => {
  portal = await started(createPortalSimulator({ handlerUrl: 'http://127.0.0.1:9/' }))
  await portal.install()
})

async function ask(method: string, params: { readonly [key: string]: PhpValue } = {}) {
  const auth = portal.oauth.issue({ ...portal, userId: 1 }).accessToken
  const body = formatPhpQuery({ ...params, auth })
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const response = await fetch(portal.clientEndpoint + method, { method: 'POST', body, headers })
  // Sound: every answer of the portal is a JSON object.
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

test('a smart process is told by its id and by the type of its items', async () => {
  const byId = await ask('crm.type.get', { id: 45 })
  expect(byId).toMatchObject({
    status: 200,
    body: { result: { type: { id: 45, title: 'Rentals', entityTypeId: 1220 } } },
  })
  const byType = await ask('crm.type.getByEntityTypeId', { entityTypeId: 1220 })
  expect(byType.body['result']).toEqual(byId.body['result'])
})

test('a smart process that is not there is the error 0, a number', async () => {
  for (const id of [1220, 99]) {
    expect(await ask('crm.type.get', { id })).toEqual({
      status: 400,
      body: { error: 0, error_description: 'SPA not found' },
    })
  }
})

test('whoever lost the rights is told no name', async () => {
  portal.conditions.fieldRights = 'denied'
  for (const method of ['crm.type.get', 'crm.category.get', 'crm.status.list']) {
    expect(await ask(method, { id: 45, entityTypeId: 2 })).toEqual({
      status: 400,
      body: { error: 'ACCESS_DENIED', error_description: 'Access denied' },
    })
  }
})

test('a pipeline is one of deals, and each has stages of its own', async () => {
  expect((await ask('crm.category.get', { entityTypeId: 2, id: 1 })).body).toMatchObject({
    result: { category: { id: 1, name: 'Partner sales', isDefault: 'N' } },
  })
  for (const wrong of [
    { entityTypeId: 2, id: 9 },
    { entityTypeId: 1, id: 1 },
  ]) {
    expect(await ask('crm.category.get', wrong)).toEqual({
      status: 400,
      body: { error: 'NOT_FOUND', error_description: 'Element not found' },
    })
  }
  const stages = await ask('crm.status.list', { filter: { ENTITY_ID: 'DEAL_STAGE_1' } })
  expect(stages.body).toMatchObject({
    result: [
      { STATUS_ID: 'C1:NEW', NAME: 'First contact' },
      { STATUS_ID: 'C1:WON', NAME: 'Contract signed' },
    ],
    total: 2,
  })
})

test('the relay reads every one of them, in one batch', async () => {
  const wanted: readonly WantedName[] = [
    { kind: 'smart_process_by_id', id: '45' },
    { kind: 'smart_process', id: '147' },
    { kind: 'funnel', id: '1' },
    { kind: 'stage', id: 'C1:NEW' },
    { kind: 'smart_process_by_id', id: '7' },
  ]
  const call: CallPortal = async (method, params = {}) => {
    const { body } = await ask(method, params)
    return ok(JSON.parse(JSON.stringify(body)))
  }
  const names = await readNames(wanted, call)
  expect(names.ok && [...names.value]).toEqual([
    ['smart_process_by_id 45', 'Rentals'],
    ['smart_process 147', 'Purchases'],
    ['funnel 1', 'Partner sales'],
    ['stage C1:NEW', 'First contact'],
    ['smart_process_by_id 7', null],
  ])
})
