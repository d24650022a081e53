/** The receiver `teams`: contract suite and error words. */
import { describe, expect, test } from 'vitest'
import type { AnswerVerdict } from '../../../src/destinations/receiver.ts'
import { teams } from '../../../src/destinations/teams/receiver.ts'
import { describeDestination } from '../../contract/destination-contract.ts'
import { anAnswer } from '../../support/builders/an-answer.ts'
import { opened } from '../../support/messages/opened-receiver.ts'
import { RECEIVED_AT } from '../../support/builders/a-delivery.ts'

const SIGNATURE = 'WzhOs-3sRRRnFNbL47JAQH06U5WXI4ieRV916XlFxrA'
const QUERY = `?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=${SIGNATURE}`
const PATH = '/workflows/5cb5bd7efb6a4c6181bea54fc653d660/triggers/manual/paths/invoke'
const HOST = 'prod-12.westeurope.logic.azure.com'
const URL_TEXT = `https://${HOST}${PATH}${QUERY}`
const REMEDY = 'make a workflow "When a Teams webhook request is received" and use its URL'
const CONNECTOR = `Must not be an Office 365 connector as these were switched off in May 2026: ${REMEDY}`
const FOREIGN_HOST = `Must be the URL of a Teams workflow, whose host ends in .logic.azure.com or .environment.api.powerplatform.com: ${REMEDY}`
const NO_SIGNATURE =
  "Must hold the workflow's signature (sig=): copy the whole URL of a workflow that anyone may trigger"
const LEGACY =
  'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error'

describeDestination({
  type: teams,
  settings: { url: URL_TEXT },
  secrets: [URL_TEXT, `${PATH}${QUERY}`, SIGNATURE, '5cb5bd7efb6a4c6181bea54fc653d660'],
  delivered: { status: 202 },
  transient: [
    [{ status: 502, body: failure('BadGateway') }, 'http_502'],
    [{ status: 201 }, 'http_201'],
    [{ status: 200, body: `${LEGACY} 429 with ContextId tcid=0` }, 'rate_limited'],
    [{ status: 200, body: `${LEGACY} 500 with ContextId tcid=0` }, 'unexpected_body'],
    [{ status: 200, body: '{"error":{"code":"SomethingNew"}}' }, 'unexpected_body'],
    [{ status: 200, body: 'There was an Error: nothing sent' }, 'unexpected_body'],
    [{ status: 202, body: '{"error":{}}' }, 'unexpected_body'],
    [{ status: 408 }, 'http_408'],
  ],
  messageRejected: [
    [{ status: 400 }, 'http_400'],
    [{ status: 413, body: 'request entity too large' }, 'too_large'],
    [{ status: 413 }, 'http_413'],
    [{ status: 200, body: `${LEGACY} 413 with ContextId tcid=0` }, 'too_large'],
  ],
  endpointRejected: [
    [
      { status: 404, body: failure('WorkflowNotFound') },
      { reason: 'workflow_not_found', probe: true },
    ],
    [{ status: 401 }, { reason: 'http_401', probe: true }],
    [{ status: 403 }, { reason: 'http_403', probe: true }],
    [{ status: 404 }, { reason: 'http_404', probe: true }],
    [{ status: 410 }, { reason: 'http_410', probe: true }],
  ],
  rateLimited: { status: 429, body: failure('TooManyRequests') },
  accepted: [
    `${HOST}:443`,
    'prod-58.usgovtexas.logic.azure.us',
    'prod-02.chinaeast2.logic.azure.cn',
    'default66cf50745afe48d1a691a12b2121f4.1e.environment.api.powerplatform.com:443',
    'default66cf50745afe48d1a691a12b2121f44.b.environment.api.gov.powerplatform.microsoft.us',
    'default66cf50745afe48d1a691a12b2121f44.b.environment.api.high.powerplatform.microsoft.us',
    'default66cf50745afe48d1a691a12b2121f44.b.environment.api.appsplatform.us',
    'd6.b.environment.api.powerplatform.partner.microsoftonline.cn',
  ].map((host) => `https://${host}${PATH}${QUERY}`),
  foreignHost: FOREIGN_HOST,
  refused: [
    ...[
      'https://acme.webhook.office.com/webhookb2/a@b/IncomingWebhook/c/d',
      'https://webhook.office.com/webhookb2/a',
      'https://outlook.office.com/webhook/a@b/IncomingWebhook/c/d',
      'https://outlook.office365.com/webhook/a@b/IncomingWebhook/c/d',
    ].map((url) => [url, CONNECTOR] as const),
    ...[
      `https://logic.azure.com${PATH}${QUERY}`,
      `https://evillogic.azure.com${PATH}${QUERY}`,
      `https://api.powerplatform.com${PATH}${QUERY}`,
    ].map((url) => [url, FOREIGN_HOST] as const),
    [`https://${HOST}${PATH}?api-version=1`, NO_SIGNATURE],
    [`https://${HOST}${PATH}?api-version=1&sig=`, NO_SIGNATURE],
  ],
})

describe('teams answers', () => {
  // The reasons alone: words as long as these are masked in details.
  test.each([
    [400, 'InvalidRequestContent', 'message', 'invalid_request_content'],
    [400, 'TriggerInputSchemaMismatch', 'message', 'schema_mismatch'],
    [400, 'WorkflowTriggerIsNotEnabled', 'endpoint', 'workflow_disabled'],
    [401, 'DirectApiAuthorizationRequired', 'endpoint', 'wrong_signature'],
    [403, 'AuthorizationFailed', 'endpoint', 'wrong_signature'],
    [400, 'MissingApiVersionParameter', 'endpoint', 'wrong_url'],
    [400, 'TriggerRequestMethodNotValid', 'endpoint', 'wrong_url'],
  ])('%i with the code %s is a matter of the %s', (status, code, scope, reason) => {
    expect(judge(status, failure(code))).toMatchObject({ kind: 'rejected', scope, reason })
  })

  test.each([
    [202, ''],
    [200, ''],
    [200, '1'],
    [202, '{"status":"accepted"}'],
    [200, 'terrorless'],
    // A success that only holds the word, as a repeat would be a duplicate.
    [200, '{"id":"1718","error":null}'],
    [200, '{"body":"Error text: a → b"}'],
    [200, '{"errors":0,"error":""}'],
    [200, '{"error":false}'],
  ])('%i with the body %j is delivered', (status, body) => {
    expect(judge(status, body)).toEqual({ kind: 'delivered', status })
  })
})

function failure(code: string): string {
  return JSON.stringify({ error: { code, message: 'What Microsoft says.' } })
}

function judge(status: number, body: string): AnswerVerdict {
  return opened(teams, { url: URL_TEXT }).judge(anAnswer({ status, body }), RECEIVED_AT)
}
