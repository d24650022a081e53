/**
 * The minutes after a deployment, in which parts of the relay are of the former release: an installation, events, the
 * operator's calls and the scheduled work go on in every mixture. The history of the clone gives the former
 * release; test/upgrade/former-calls.test.ts checks the same contract by its types, without any history.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createOauthSimulator } from '../../playground/portal/oauth-server.ts'
import { createPortalSimulator } from '../../playground/portal/portal.ts'
import { createSlackSimulator } from '../../playground/receivers/slack.ts'
import { createWebhookSimulator } from '../../playground/receivers/webhook.ts'
import { buildRelay } from '../../playground/relay-build.ts'
import { isFull } from '../support/sampling.ts'
import {
  buildFormerRelease,
  hasFormerRelease,
  startMixedRelay,
  type MixedRelay,
  type Versions,
} from './mixed-relay.ts'

const SECRET = 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE='
const CLIENT = { clientId: 'local.5f3759df.00000001', clientSecret: 'secret-of-two-versions' }
const ADMIN_TOKEN = 'admin-token-of-two-versions'
const NAMES = ['TAX', 'BANK', 'FORM']
const CRONS = ['*/5 * * * *', '17 3 * * *']

/**
 * The methods that an object of the former release lacks and that are called here. Their callers do without, as
 * test/upgrade/former-calls.test.ts says of each.
 */
const UNKNOWN_METHOD =
  /does not implement the method \\"(?:nextOrdered|nextVisits|notePortals?|noteReport)\\"/u

type Mixture = Versions<'former' | 'today'>
const MIXTURES: readonly (readonly [name: string, mixture: Mixture])[] = [
  ['objects are former ones', { edge: 'today', portals: 'former', others: 'former' }],
  ['an isolate of the edge is a former one', { edge: 'former', portals: 'today', others: 'today' }],
]
/** Their calls are among those of the two above, each with a smaller part of the relay. */
const NIGHTLY: typeof MIXTURES = [
  ['only portals are former ones', { edge: 'today', portals: 'former', others: 'today' }],
  ['directory and pacers are former ones', { edge: 'today', portals: 'today', others: 'former' }],
]

describe.skipIf(!hasFormerRelease())('while', () => {
  let folder = ''
  let bundles: Record<'former' | 'today', string>

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'two-versions-'))
    const [former, today] = await Promise.all([
      buildFormerRelease(join(folder, 'former')),
      buildRelay({ outFolder: join(folder, 'today') }),
    ])
    bundles = { former, today }
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test.each(isFull ? [...MIXTURES, ...NIGHTLY] : MIXTURES)(
    '%s, everything that Bitrix24 and the operator ask for is done',
    async (_name, mixture) => {
      const oauth = await createOauthSimulator()
      const webhook = await createWebhookSimulator({ secret: SECRET })
      // Its pace is kept by a pacer.
      const slack = await createSlackSimulator()
      const relay = await startMixedRelay(
        {
          edge: bundles[mixture.edge],
          portals: bundles[mixture.portals],
          others: bundles[mixture.others],
        },
        {
          BITRIX24_CLIENT_ID: CLIENT.clientId,
          BITRIX24_CLIENT_SECRET: CLIENT.clientSecret,
          BITRIX24_OAUTH_URLS: [oauth.origin],
          TOKEN_KEYS: { k1: 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=' },
          ADMIN_TOKEN,
          UNSAFE_ALLOW_LOCAL_ADDRESSES: 'true',
          DESTINATIONS: [
            { name: 'erp', type: 'webhook', url: webhook.url, secret: SECRET },
            { name: 'crm-alerts', type: 'slack', url: slack.url, fields: ['UF_CRM_TAX'] },
          ],
        },
      )
      const portal = await createPortalSimulator({
        handlerUrl: `${relay.url}/bitrix24/events`,
        oauth,
        ...CLIENT,
      })
      try {
        for (const name of NAMES) {
          const text = { FIELD_NAME: name, USER_TYPE_ID: 'string', EDIT_FORM_LABEL: 'before' }
          await portal.createField(text)
        }
        await portal.install()
        expect(portal.sends.map(({ answer }) => answer)).toEqual(['{"accepted":true}'])
        // Fields of their own, since two edits of one field within a second may be one event.
        for (const { ID, FIELD_NAME } of portal.fields) {
          await portal.updateField(ID, { EDIT_FORM_LABEL: `after ${FIELD_NAME}` })
        }
        await Promise.all(
          Array.from({ length: 12 }, (_, n) =>
            portal.sendEvent('ONCRMLEADADD', { FIELDS: { ID: String(n) } }),
          ),
        )
        const events = portal.sends.slice(1)
        expect(new Set(events.map(({ status }) => status))).toEqual(new Set([200]))
        await expect.poll(() => webhook.messages.length, { timeout: 30_000 }).toBe(NAMES.length)
        const told = JSON.stringify(webhook.messages.map(({ payload }) => payload))
        for (const name of NAMES) expect(told).toContain(`after UF_CRM_${name}`)
        expect(webhook.problems).toEqual([])
        await expect.poll(() => slack.messages.length, { timeout: 30_000 }).toBe(1)
        await operate(relay, portal.memberId)
        for (const cron of CRONS) expect(await relay.dispatchScheduled(cron)).toBe('ok')
        await portal.uninstall({ clean: false })
        expect(portal.sends.at(-1)?.answer).toBe('{"accepted":true}')
        expect(strangeErrors(relay)).toEqual([])
      } finally {
        await relay.dispose()
        await Promise.all([portal, oauth, webhook, slack].map((one) => one.close()))
      }
    },
  )
})

/** The operator's calls, each with the status that it has while all parts are of one version. */
async function operate({ url }: MixedRelay, memberId: string): Promise<void> {
  const portal = `/portals/${memberId}`
  const calls = [
    ['GET', portal, 200],
    ['GET', `${portal}/events?limit=5`, 200],
    ['GET', `${portal}/events/1`, 200],
    ['GET', `${portal}/parked`, 200],
    ['POST', `${portal}/lanes/erp/pause`, 200],
    ['POST', `${portal}/lanes/erp/resume`, 200],
    ['POST', `${portal}/lanes/erp/replay?dryRun=true`, 202, { from: 1, to: 2 }],
    ['PUT', `${portal}/values/ERP_URL`, 204, { value: 'https://erp.example.com' }],
    ['DELETE', `${portal}/values/ERP_URL`, 204],
    ['POST', `${portal}/reconcile`, 202],
  ] as const
  for (const [method, path, status, body] of calls) {
    const answer = await fetch(`${url}/admin/api${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    expect([method, path, answer.status]).toEqual([method, path, status])
  }
}

/** The errors of the console, but for the methods that a former object lacks. */
function strangeErrors({ logs }: MixedRelay): readonly string[] {
  return logs
    .filter((line) => !line.startsWith('{') || 'error' in (JSON.parse(line) as object))
    .filter((line) => !UNKNOWN_METHOD.test(line))
}
