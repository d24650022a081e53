/**
 * Measures a burst: a thousand edits of 20 fields in one minute, told to a simulated Slack that enforces its
 * own limit. Run it with `node scripts/measure-burst.ts`; it takes about two minutes and binds to 127.0.0.1.
 * It prints the messages, the refusals, the time until the last message, and the number of told events. `node
 * scripts/measure-burst.ts 40` makes 40 edits.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { createPortalSimulator } from '../playground/portal/portal.ts'
import { createSlackSimulator } from '../playground/receivers/slack.ts'
import { startRelay } from '../playground/relay.ts'

const EDITS = Number(process.argv[2] ?? 1000)
const FIELDS = 20
const MINUTE_MS = 60_000
const PATIENCE_MS = 180_000
const CLIENT = { clientId: 'local.measure.1', clientSecret: 'measure' }

const slack = await createSlackSimulator({ enforceRate: true })
const portal = await createPortalSimulator({ handlerUrl: 'http://127.0.0.1:9/', ...CLIENT })
const adminToken = 'measure-admin-token'
const relay = await startRelay({
  vars: {
    BITRIX24_APPLICATIONS: { [CLIENT.clientId]: CLIENT.clientSecret },
    BITRIX24_OAUTH_URLS: [portal.oauth.origin],
    TOKEN_KEYS: { k1: Buffer.alloc(32, 7).toString('base64') },
    ADMIN_TOKEN: adminToken,
    UNSAFE_ALLOW_LOCAL_ADDRESSES: 'true',
    DESTINATIONS: [{ name: 'crm-alerts', type: 'slack', url: slack.url }],
  },
})
const ids: string[] = []
for (let count = 0; count < FIELDS; count += 1) {
  const field = await portal.createField({ FIELD_NAME: `F${count}`, USER_TYPE_ID: 'string' })
  if (!field.ok) throw new Error('Cannot measure as no field could be made')
  ids.push(field.value.field.ID)
}
const [install] = await portal.install()
const headers = { 'content-type': 'application/x-www-form-urlencoded' }
await fetch(`${relay.url}/bitrix24/events`, { method: 'POST', headers, body: install?.body ?? '' })
await sleep(5000)

const started = Date.now()
for (let edit = 0; edit < EDITS; edit += 1) {
  const wait = started + (edit * MINUTE_MS) / EDITS - Date.now()
  if (wait > 0) await sleep(wait)
  await portal.updateField(ids[edit % FIELDS] ?? '', { EDIT_FORM_LABEL: `Label ${edit}` })
}
const ended = Date.now()
const lane = await waitForRest()
const times = slack.requests.map(({ at }) => at)
const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0))
const refused = slack.requests.filter(({ status }) => status === 429).length
console.log(`${EDITS} edits in ${((ended - started) / 1000).toFixed(1)} s`)
console.log(`${slack.messages.length} messages, ${refused} refused with 429`)
console.log(`shortest time between two requests: ${Math.min(...gaps)} ms`)
console.log(
  `last message ${(((times.at(-1) ?? 0) - started) / 1000).toFixed(1)} s after the first edit`,
)
console.log(`lane: cursor ${lane.cursor}, backlog ${lane.backlog}, parked ${lane.parked}`)
await relay.dispose()
await Promise.all([portal.close(), slack.close()])

interface Lane {
  readonly cursor: number
  readonly backlog: number
  readonly parked: number
}

/** Waits until the lane has told everything. */
async function waitForRest(): Promise<Lane> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const answer = await fetch(`${relay.url}/admin/api/portals/${portal.memberId}`, {
      headers: { authorization: `Bearer ${adminToken}` },
    })
    // Sound: the relay's own documented answer.
    const { lanes } = (await answer.json()) as { lanes: readonly Lane[] }
    const [only] = lanes
    if (only !== undefined && only.backlog === 0 && only.cursor >= EDITS) return only
    if (Date.now() > deadline) throw new Error(`Waited in vain: ${JSON.stringify(lanes)}`)
    await sleep(500)
  }
}
