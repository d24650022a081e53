/** The receiver `teams`: contract suite, error words, and which URLs are taken. */
import { describe, expect, test } from 'vitest'
import type { AddressPolicy } from '../../../src/core/safety/address.ts'
import type { Receiver, ReceiverTerms, Verdict } from '../../../src/destinations/receiver.ts'
import { teams } from '../../../src/destinations/teams/receiver.ts'
import { describeDestination } from '../../contract/destination-contract.ts'
import { anAnswer } from '../../support/an-answer.ts'
import { RECEIVED_AT } from '../../support/a-delivery.ts'

const SIGNATURE = 'WzhOs-3sRRRnFNbL47JAQH06U5WXI4ieRV916XlFxrA'
const QUERY = `?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=${SIGNATURE}`
const PATH = '/workflows/5cb5bd7efb6a4c6181bea54fc653d660/triggers/manual/paths/invoke'
const HOST = 'prod-12.westeurope.logic.azure.com'
const URL_TEXT = `https://${HOST}${PATH}${QUERY}`
const STRICT = { allowLocal: false }
const LOCAL = { allowLocal: true }
const REMEDY = 'make a workflow "When a Teams webhook request is received" and use its URL'
const LEGACY =
  'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error'

describeDestination({
  type: teams,
  settings: { url: URL_TEXT },
  secrets: [URL_TEXT, `${PATH}${QUERY}`, SIGNATURE, '5cb5bd7efb6a4c6181bea54fc653d660'],
  delivered: { status: 202 },
  transient: [
    [{ status: 500 }, 'http_500'],
    [{ status: 502, body: failure('BadGateway') }, 'http_502'],
    [{ status: 429 }, 'rate_limited'],
    [{ status: 429, body: failure('TooManyRequests') }, 'rate_limited'],
    [{ status: 302 }, 'redirect'],
    [{ status: 201 }, 'http_201'],
    [{ status: 200, body: `${LEGACY} 429 with ContextId tcid=0` }, 'rate_limited'],
    [{ status: 200, body: `${LEGACY} 500 with ContextId tcid=0` }, 'unexpected_body'],
    [{ status: 200, body: '{"error":{"code":"SomethingNew"}}' }, 'unexpected_body'],
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
})

describe('teams answers', () => {
  // The reasons alone: words as long as these are masked in details.
  test.each([
    [400, 'InvalidRequestContent', 'message', 'invalid_request_content'],
    [400, 'TriggerInputSchemaMismatch', 'message', 'schema_mismatch'],
    [400, 'WorkflowTriggerIsNotEnabled', 'endpoint', 'workflow_disabled'],
    [401, 'DirectApiAuthorizationRequired', 'endpoint', 'wrong_signature'],
  ])('%i with the code %s is a matter of the %s', (status, code, scope, reason) => {
    expect(judge(status, failure(code))).toMatchObject({ kind: 'rejected', scope, reason })
  })

  test.each([
    [202, ''],
    [200, ''],
    [200, '1'],
    [202, '{"status":"accepted"}'],
    [200, 'terrorless'],
  ])('%i with the body %j is delivered', (status, body) => {
    expect(judge(status, body)).toEqual({ kind: 'delivered', status })
  })
})

describe('teams settings', () => {
  test('teams names its URL, path and signature as secrets', () => {
    const { secrets } = open(URL_TEXT)
    expect(secrets).toContain(URL_TEXT)
    expect(secrets).toContain(PATH + QUERY)
    expect(secrets).toContain(SIGNATURE)
  })

  test.each([
    HOST,
    `${HOST}:443`,
    'prod-58.usgovtexas.logic.azure.us',
    'prod-02.chinaeast2.logic.azure.cn',
    'default66cf50745afe48d1a691a12b2121f4.1e.environment.api.powerplatform.com:443',
    'default66cf50745afe48d1a691a12b2121f44.b.environment.api.gov.powerplatform.microsoft.us',
    'default66cf50745afe48d1a691a12b2121f44.b.environment.api.high.powerplatform.microsoft.us',
    'default66cf50745afe48d1a691a12b2121f44.b.environment.api.appsplatform.us',
    'd6.b.environment.api.powerplatform.partner.microsoftonline.cn',
  ])('teams accepts a workflow of %s', (host) => {
    expect(teams.create({ url: `https://${host}${PATH}${QUERY}` }, termsOf(STRICT)).ok).toBe(true)
  })

  test.each([
    'https://acme.webhook.office.com/webhookb2/a@b/IncomingWebhook/c/d',
    'https://webhook.office.com/webhookb2/a',
    'https://outlook.office.com/webhook/a@b/IncomingWebhook/c/d',
    'https://outlook.office365.com/webhook/a@b/IncomingWebhook/c/d',
  ])('teams refuses the former connector %s and says what to make instead', (url) => {
    expect(problemsOf(url)).toEqual([
      {
        setting: 'url',
        problem: `Must not be an Office 365 connector as these were switched off in May 2026: ${REMEDY}`,
      },
    ])
  })

  test.each([
    `https://${HOST}.example.com${PATH}${QUERY}`,
    `https://logic.azure.com${PATH}${QUERY}`,
    `https://evillogic.azure.com${PATH}${QUERY}`,
    `https://api.powerplatform.com${PATH}${QUERY}`,
    `https://${HOST}:8443${PATH}${QUERY}`,
    `https://${HOST}.${PATH}${QUERY}`,
    `https://hooks.slack.com${PATH}${QUERY}`,
  ])('teams refuses the foreign host of %s', (url) => {
    const problem = `Must be the URL of a Teams workflow, whose host ends in .logic.azure.com or .environment.api.powerplatform.com: ${REMEDY}`
    for (const policy of [STRICT, LOCAL]) {
      expect(problemsOf(url, policy)).toEqual([{ setting: 'url', problem }])
    }
  })

  test.each(['', '&sig='])('teams refuses a workflow whose URL is not signed (%j)', (signature) => {
    const problem =
      "Must hold the workflow's signature (sig=): copy the whole URL of a workflow that anyone may trigger"
    const url = `https://${HOST}${PATH}?api-version=1${signature}`
    expect(problemsOf(url)).toEqual([{ setting: 'url', problem }])
  })

  test('teams accepts a local workflow only where local addresses are allowed', () => {
    const url = `http://127.0.0.1:8790${PATH}${QUERY}`
    expect(problemsOf(url, LOCAL)).toEqual([])
    expect(problemsOf(url, STRICT)).toHaveLength(1)
  })
})

function failure(code: string): string {
  return JSON.stringify({ error: { code, message: 'What Microsoft says.' } })
}

function termsOf(policy: AddressPolicy): ReceiverTerms {
  return { policy, language: 'en', template: null }
}

function open(url: string): Receiver {
  const created = teams.create({ url }, termsOf(STRICT))
  if (!created.ok) throw new Error(JSON.stringify(created.error))
  return created.value
}

function problemsOf(url: string, policy: AddressPolicy = STRICT): readonly unknown[] {
  const created = teams.create({ url }, termsOf(policy))
  return created.ok ? [] : created.error
}

function judge(status: number, body: string): Verdict {
  return open(URL_TEXT).judge(anAnswer({ status, body }), RECEIVED_AT)
}
