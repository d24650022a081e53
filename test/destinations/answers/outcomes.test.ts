/** The makers of outcomes. */
import { describe, expect, test } from 'vitest'
import {
  delivered,
  endpointRejected,
  failedMessage,
  messageRejected,
  statusReason,
  unanswered,
  unreachable,
  unusableEndpoint,
} from '../../../src/destinations/answers/outcomes.ts'
import { anAnswer } from '../../support/builders/an-answer.ts'
import { NOW } from '../../support/time.ts'

test('a delivery holds the next message back only when it asks to', () => {
  const answer = anAnswer({ status: 202 })
  expect(delivered(answer)).toEqual({ kind: 'delivered', status: 202 })
  expect(delivered(answer, 0)).toEqual({ kind: 'delivered', status: 202 })
  expect(delivered(answer, 1)).toEqual({ kind: 'delivered', status: 202, holdMs: 1 })
})

describe('unreachable()', () => {
  const outcome = { kind: 'unreachable', status: 503, retryAfterMs: null, detail: null } as const

  test('has the reason of its status, unless there is a better one', () => {
    const answer = anAnswer({ status: 503 })
    expect(unreachable(answer, NOW)).toEqual({ ...outcome, reason: 'http_503' })
    expect(unreachable(answer, NOW, { reason: 'rollup_error' })).toEqual({
      ...outcome,
      reason: 'rollup_error',
    })
  })

  test.each([
    [{}, null, null],
    [{}, 35_000, 35_000],
    [{ 'retry-after': '7' }, null, 7000],
    [{ 'retry-after': '7' }, 35_000, 7000],
    [{ 'retry-after': 'soon' }, 35_000, 35_000],
    [{ 'retry-after': 'Mon, 21 Sep 2026 14:13:30 GMT' }, null, 10_000],
  ])('with the headers %j and the wait %j of the body waits %j', (headers, retryAfterMs, wait) => {
    const answer = anAnswer({ status: 503, headers })
    expect(unreachable(answer, NOW, { retryAfterMs })).toMatchObject({ retryAfterMs: wait })
  })
})

test.each([
  ['', null],
  [' no_text\n', null],
  [' no text here ', 'no text here'],
])('the detail of the answer %j is %j, as the reason is not told twice', (body, detail) => {
  const answer = anAnswer({ status: 400, body })
  const rejected = { kind: 'rejected', reason: 'no_text', status: 400, detail }
  expect(messageRejected(answer, 'no_text')).toEqual({
    ...rejected,
    scope: 'message',
    probe: true,
  })
  for (const probe of [true, false]) {
    expect(endpointRejected(answer, { reason: 'no_text', probe })).toEqual({
      ...rejected,
      scope: 'endpoint',
      probe,
    })
  }
})

test('an outcome without an answer has no status', () => {
  expect(unanswered('timeout')).toEqual({
    kind: 'unreachable',
    reason: 'timeout',
    status: null,
    retryAfterMs: null,
    detail: null,
  })
  expect(failedMessage('Error: bug')).toEqual({
    kind: 'rejected',
    scope: 'message',
    reason: 'cannot_render',
    status: null,
    probe: true,
    detail: 'Error: bug',
  })
  const unusable = { kind: 'rejected', scope: 'endpoint', status: null, probe: false } as const
  expect(unusableEndpoint('no_value')).toEqual({ ...unusable, reason: 'no_value', detail: null })
  expect(unusableEndpoint('refused_address', 'not_https')).toEqual({
    ...unusable,
    reason: 'refused_address',
    detail: 'not_https',
  })
})

test.each([
  [299, 'http_299'],
  [300, 'redirect'],
  [399, 'redirect'],
  [400, 'http_400'],
  [429, 'rate_limited'],
  [503, 'http_503'],
])('the reason of the status %i is %s', (status, reason) => {
  expect(statusReason(status)).toBe(reason)
})
