/** The hint of a robot: nothing in it counts but the record that it names. */
import { describe, expect, it } from 'vitest'
import { decodeHint, HINT_EVENT } from '../../../src/bitrix24/wire/decode-hint.ts'
import { deliveryType, displayName } from '../../../src/core/events/event-names.ts'
import { idsOf, subjectOf } from '../../../src/core/events/subject-of.ts'
import { APPLICATION_TOKEN, MEMBER_ID } from '../../support/identity.ts'

/** The body of the robot "Outgoing webhook". */
const HINT =
  'document_id%5B0%5D=crm&document_id%5B1%5D=CCrmDocumentDeal&document_id%5B2%5D=DEAL_4325' +
  '&auth%5Bdomain%5D=acme.bitrix24.com&auth%5Bclient_endpoint%5D=https%3A%2F%2Facme.bitrix24.com%2Frest%2F' +
  `&auth%5Bserver_endpoint%5D=https%3A%2F%2Foauth.bitrix.info%2Frest%2F&auth%5Bmember_id%5D=${MEMBER_ID}`

function decode(body: string) {
  return decodeHint(body, { isForm: true })
}

const DEAL = {
  name: HINT_EVENT,
  ts: null,
  handlerId: null,
  userId: null,
  data: { document: { type: 'DEAL', id: '4325' } },
  field: null,
  quarantined: null,
}

describe('decodeHint()', () => {
  it('keeps the kind and the number of the document, and nothing else', () => {
    const claims =
      '&ts=1790000000&event_handler_id=7&auth[user_id]=1&data[FIELDS][ID]=9&access_token=canary'
    expect(decode(HINT + claims)).toEqual({ ok: true, value: DEAL })
  })

  it('reads the same as JSON', () => {
    const body = JSON.stringify({ document_id: ['crm', 'CCrmDocumentDeal', 'DEAL_4325'] })
    expect(decodeHint(body, { isForm: false })).toEqual({ ok: true, value: DEAL })
  })

  it.each([
    [
      'crm',
      'Bitrix\\Crm\\Integration\\BizProc\\Document\\Dynamic',
      'DYNAMIC_174_5',
      'DYNAMIC_174',
      '5',
    ],
    ['tasks', 'Bitrix\\Tasks\\Integration\\Bizproc\\Document\\Task', '73', 'TASK', '73'],
  ])('reads the document of %s', (module, owner, named, type, id) => {
    const body = JSON.stringify({ document_id: [module, owner, named] })
    expect(decodeHint(body, { isForm: false })).toMatchObject({
      ok: true,
      value: { data: { document: { type, id } } },
    })
  })

  it('finds the document in a body that is too long to be read as a whole', () => {
    const long = `${HINT}${'&a=1'.repeat(2000)}`
    expect(decode(long)).toEqual({ ok: true, value: DEAL })
  })

  it('quarantines a document of a form that it does not know, and keeps nothing of it', () => {
    const body = 'document_id[]=lists&document_id[]=BizprocDocument&document_id[]=canary'
    expect(decode(body)).toEqual({
      ok: true,
      value: { ...DEAL, data: null, quarantined: 'invalid_fields', bodyLength: body.length },
    })
  })

  it.each([
    [`${HINT}&auth[application_token]=${APPLICATION_TOKEN}`, 'robot_with_token'],
    ['event=ONCRMDEALADD&auth[application_token]=51856fefc120afa4b628', 'robot_with_token'],
    ['event=ONCRMDEALADD&document_id[2]=DEAL_1', 'not_a_hint'],
    ['a=1', 'not_a_hint'],
    ['', 'not_a_hint'],
  ])('refuses %s', (body, error) => {
    expect(decode(body)).toEqual({ ok: false, error })
  })

  it.each(['{', '[]', '"text"'])('refuses the JSON %s', (body) => {
    expect(decodeHint(body, { isForm: false })).toEqual({ ok: false, error: 'malformed' })
  })
})

it('a hint is about the record, and has a type of its own', () => {
  expect(subjectOf(DEAL, 'acme.bitrix24.com')).toMatchObject({
    kind: 'deal',
    id: '4325',
    link: 'https://acme.bitrix24.com/crm/deal/details/4325/',
  })
  expect(idsOf(DEAL)).toEqual([{ kind: 'deal', id: '4325' }])
  expect([deliveryType(HINT_EVENT), displayName(HINT_EVENT)]).toEqual([
    'bitrix24.event.robot_hint',
    'robot_hint',
  ])
})
