import { describe, expect, it } from 'vitest'
import { decodeRequest as decodeSender } from '../../../src/bitrix24/wire/decode-request.ts'
import { isRobot, readDocument } from '../../../src/bitrix24/wire/decode-robot.ts'
import { parseForm } from '../../../src/bitrix24/wire/form.ts'
import { deliveryType, displayName } from '../../../src/core/events/event-names.ts'
import { idsOf, subjectOf } from '../../../src/core/events/subject-of.ts'
import { withEvent } from '../../support/builders/with-event.ts'
import { APPLICATION_TOKEN, MEMBER_ID } from '../../support/identity.ts'

const decodeRequest = (...terms: Parameters<typeof decodeSender>) =>
  withEvent(decodeSender(...terms))

const DOCUMENT = `document_id[0]=crm&document_id[1]=CCrmDocumentDeal&document_id[2]=DEAL_4325&auth[domain]=acme.bitrix24.com&auth[member_id]=${MEMBER_ID}`
const ROBOT = `workflow_id=65f2&code=notify&${DOCUMENT}&event_token=65f2%7Csecret-of-workflow&properties[text]=Hello&properties[note]=${APPLICATION_TOKEN}&ts=1790000000&auth[user_id]=1&auth[application_token]=${APPLICATION_TOKEN}`

function decode(body: string) {
  const parsed = parseForm(body)
  return parsed.ok ? decodeRequest(parsed.value) : parsed
}

describe("decodeRequest() on the body of an application's robot", () => {
  it('makes an event of it, with its properties and without its tokens', () => {
    const decoded = decode(ROBOT)
    expect(decoded).toMatchObject({
      ok: true,
      value: {
        kind: 'event',
        applicationToken: APPLICATION_TOKEN,
        event: {
          name: 'ROBOT',
          ts: 1790000000,
          userId: 1,
          quarantined: null,
          data: {
            code: 'notify',
            workflow_id: '65f2',
            properties: { text: 'Hello', note: '[removed]' },
            document: { type: 'DEAL', id: '4325' },
          },
        },
      },
    })
    const event = decoded.ok && decoded.value.kind === 'event' ? decoded.value.event : null
    expect(JSON.stringify(event)).not.toContain('secret-of-workflow')
  })

  it('is about the record on which the robot works', () => {
    const data = { workflow_id: '65f2', document: { type: 'DYNAMIC_174', id: '5' } }
    const event = { name: 'ROBOT', data, userId: null }
    expect(subjectOf(event, 'acme.bitrix24.com')).toEqual({
      kind: 'dynamic_item',
      id: '5',
      title: null,
      link: 'https://acme.bitrix24.com/crm/type/174/details/5/',
    })
    expect(idsOf(event)).toEqual([
      { kind: 'dynamic_item', id: '5' },
      { kind: 'workflow', id: '65f2' },
    ])
    expect([deliveryType('ROBOT'), displayName('ROBOT')]).toEqual(['bitrix24.event.robot', 'robot'])
  })

  it('tells a robot without a token that it is at the wrong place', () => {
    expect(decode(DOCUMENT)).toEqual({ ok: false, error: 'robot_without_token' })
  })
})

describe('isRobot()', () => {
  it('is no event, also where its data is about documents', () => {
    expect(isRobot({ event: 'ONCRMDEALADD', document_id: [] })).toBe(false)
    expect(isRobot({ auth: {} })).toBe(false)
  })
})

describe('readDocument()', () => {
  it.each([
    [['crm', 'CCrmDocumentDeal', 'DEAL_4325'], { type: 'DEAL', id: '4325' }],
    [['crm', 'Dynamic', 'DYNAMIC_174_5'], { type: 'DYNAMIC_174', id: '5' }],
    [
      ['tasks', 'Bitrix\\Tasks\\Integration\\Bizproc\\Document\\Task', 73],
      { type: 'TASK', id: '73' },
    ],
    [['lists', 'BizprocDocument', '17'], null],
    [['crm', 'x', 'deal 7'], null],
    ['DEAL_4325', null],
    [[], null],
    [undefined, null],
  ])('reads %j', (documentId, expected) => {
    expect(readDocument(documentId)).toEqual(expected)
  })
})
