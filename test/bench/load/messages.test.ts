import { describe, expect, it } from 'vitest'
import { arrivalsIn, takeMessages } from '../../../bench/load/messages.ts'
import { bodyOf, FIRST_ID } from '../../../bench/load/senders.ts'

const ID = FIRST_ID + 42

function aRequest(body: string, path = '/2'): string {
  return `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

describe('takeMessages()', () => {
  it('takes whole requests, and keeps the beginning of the next one', () => {
    const text = `${aRequest('one')}${aRequest('two')}POST /1`
    expect(takeMessages(text)).toEqual({
      messages: [aRequest('one'), aRequest('two')],
      rest: 'POST /1',
    })
  })

  it('waits for a body that has not come yet', () => {
    const text = aRequest('one').slice(0, -1)
    expect(takeMessages(text)).toEqual({ messages: [], rest: text })
  })

  it('takes a body in chunks up to the last one', () => {
    const text = 'POST /1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n0\r\n\r\n'
    expect(takeMessages(`${text}P`)).toEqual({ messages: [text], rest: 'P' })
  })
})

describe('arrivalsIn()', () => {
  it.each([
    ['a form of Bitrix24', bodyOf(ID, 7)],
    ['JSON', `{"data":{"FIELDS":{"ID":"${ID}"}}}`],
    ['JSON with a number', `{"FIELDS":{"ID": ${ID}}}`],
    ['JSON inside of JSON', JSON.stringify({ event: `{"ID":"${ID}"}` })],
  ])('finds the event and the receiver in %s', (_, body) => {
    expect(arrivalsIn(aRequest(body))).toEqual([[ID, 2]])
  })

  it('finds every event of a batch once', () => {
    const body = `[{"ID":"${ID}"},{"ID":"${ID + 1}"},{"ID":"${ID}"}]`
    expect(arrivalsIn(aRequest(body))).toEqual([
      [ID, 2],
      [ID + 1, 2],
    ])
  })
})
