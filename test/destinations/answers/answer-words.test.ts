import { describe, expect, test } from 'vitest'
import { parseAnswer } from '../../../src/destinations/answers/answer-words.ts'

describe('parseAnswer()', () => {
  test.each([
    ['no_service', ['no_service'], 'no_service'],
    [' No_Service\r\n', ['No_Service'], 'no_service'],
    ['no_text: missing text', ['no_text'], 'no_text: missing text'],
    ['\uFEFFerror code: 1015', ['error'], 'error code: 1015'],
    ['<html>Bad Gateway</html>', ['<html>Bad'], '<html>bad gateway</html>'],
    ['', [], ''],
    ['{"error"', [], '{"error"'],
    ['{not json}', [], '{not json}'],
    ['[{"code":1}]', ['[{"code"'], '[{"code":1}]'],
    ['null', ['null'], 'null'],
  ])('%j without a JSON object says the words %j', (body, words, text) => {
    expect(parseAnswer(body)).toEqual({ json: null, words, text, retryAfterMs: null })
  })

  test.each([
    ['{"error":"no_service"}', ['no_service'], 'no_service'],
    ['{"code":10015,"message":"Unknown Webhook"}', ['10015'], 'unknown webhook'],
    ['{"id":"web.x.app_error","message":"No"}', ['web.x.app_error'], 'no'],
    ['{"status":"NOT_FOUND"}', ['NOT_FOUND'], ''],
    [
      '{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"Quota"}}',
      ['429', 'RESOURCE_EXHAUSTED'],
      'quota',
    ],
    [
      '{"error":{"code":"WorkflowNotFound","message":"Gone"}}',
      ['WorkflowNotFound'],
      'gone workflownotfound',
    ],
    ['{"ok":false,"description":"Bad Request: chat NOT found"}', [], 'bad request: chat not found'],
    ['{"message":"a","description":"b","error":"c"}', ['c'], 'c a b'],
    ['{"error":["no_service"],"code":null,"id":true,"message":{"x":1}}', [], ''],
    ['{"detail":"no_service"}', [], ''],
    ['{}', [], ''],
  ])('%s says the words %j and the text %j', (body, words, text) => {
    expect(parseAnswer(` ${body}\n`)).toEqual({
      json: JSON.parse(body),
      words,
      text,
      retryAfterMs: null,
    })
  })

  test.each([
    ['{"retry_after":1}', 1000],
    ['{"retry_after":0.6547}', 655],
    ['{"retry_after":0}', 0],
    ['{"parameters":{"retry_after":35}}', 35_000],
    ['{"retry_after":2,"parameters":{"retry_after":35}}', 2000],
    ['{"retry_after":"x","parameters":{"retry_after":35}}', 35_000],
    ['{"retry_after":1e300}', Number.MAX_SAFE_INTEGER],
    ['{"retry_after":-1}', null],
    ['{"retry_after":"5"}', null],
    ['{"parameters":[35]}', null],
    ['{"parameters":null}', null],
    ['retry_after 5', null],
  ])('%s asks to wait for %j ms', (body, retryAfterMs) => {
    expect(parseAnswer(body).retryAfterMs).toBe(retryAfterMs)
  })

  test('names that objects inherit are no words', () => {
    expect(parseAnswer('{"__proto__":{"error":"no_service","retry_after":5}}')).toMatchObject({
      words: [],
      text: '',
      retryAfterMs: null,
    })
  })
})
