/**
 * Measures the time that reading fields adds between an event and its Slack message. The portal answers after
 * 150 ms. One run sends the same edits twice: once with stored tokens, so that fields are read, and once
 * through an outgoing webhook without tokens, so that nothing is read. Run it with `node
 * scripts/measure-enrichment.ts`; it takes about three minutes and binds to 127.0.0.1. It prints medians, p99
 * and the number of REST requests. `node scripts/measure-enrichment.ts 4` makes 4 edits.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { createPortalSimulator, type PortalSimulator } from '../playground/portal/portal.ts'
import { createSlackSimulator } from '../playground/receivers/slack.ts'
import { startRelay } from '../playground/relay.ts'

const EDITS = Number(process.argv[2] ?? 60)
const ANSWER_DELAY_MS = 150
// Slack takes one message a second. Faster edits would measure Slack's pace and not the reading.
const PAUSE_MS = 1200
const CLIENT = { clientId: 'local.measure.1', clientSecret: 'measure' }

async function measure(name: string, isRead: boolean): Promise<readonly number[]> {
  const slack = await createSlackSimulator()
  const portal = await createPortalSimulator({ handlerUrl: 'http://127.0.0.1:9/', ...CLIENT })
  const token = 'measure0token0of0an0outgoing0web'
  const relay = await startRelay({
    vars: {
      ...(isRead
        ? { BITRIX24_APPLICATIONS: { [CLIENT.clientId]: CLIENT.clientSecret } }
        : { OUTGOING_WEBHOOK_TOKENS: { [token]: portal.memberId } }),
      BITRIX24_OAUTH_URLS: [portal.oauth.origin],
      TOKEN_KEYS: { k1: Buffer.alloc(32, 7).toString('base64') },
      UNSAFE_ALLOW_LOCAL_ADDRESSES: 'true',
      DESTINATIONS: [{ name: 'crm-alerts', type: 'slack', url: slack.url }],
    },
  })
  const url = `${relay.url}/bitrix24/events`
  const field = await portal.createField({ FIELD_NAME: 'TAX', USER_TYPE_ID: 'string' })
  if (!field.ok) throw new Error('Cannot measure as no field could be made')
  const [install] = await portal.install()
  if (isRead) await post(url, install?.body ?? '')
  await sleep(3000)
  portal.conditions.answerDelayMs = ANSWER_DELAY_MS
  const requests = portal.calls.length
  const delays: number[] = []
  for (let edit = 1; edit <= EDITS; edit += 1) {
    const { sends } = await changed(portal, field.value.field.ID, edit)
    // An installed relay has bound the events by itself. In the other run an outgoing webhook sends them.
    const own = sends.find((send) => send.url === url)
    const at = own?.at ?? Date.now()
    const body = sends[0]?.body ?? ''
    if (!isRead) await post(url, body.replaceAll(portal.applicationToken, token))
    const messages = await slack.waitFor(edit, 10_000)
    delays.push((slack.requests[messages.length - 1]?.at ?? Date.now()) - at)
    await sleep(PAUSE_MS)
  }
  const asked = portal.calls.length - requests
  print(name, delays, `${(asked / EDITS).toFixed(2)} REST requests an event`)
  await relay.dispose()
  await Promise.all([portal.close(), slack.close()])
  return delays
}

async function changed(portal: PortalSimulator, id: string, edit: number) {
  const result = await portal.updateField(id, { EDIT_FORM_LABEL: `Label ${edit}` })
  if (!result.ok) throw new Error('Cannot measure as the field could not be changed')
  return result.value
}

async function post(url: string, body: string): Promise<void> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const response = await fetch(url, { method: 'POST', headers, body })
  if (!response.ok) throw new Error(`Cannot measure as the relay answers ${response.status}`)
}

function print(name: string, delays: readonly number[], more: string): void {
  const [median, p99] = [0.5, 0.99].map((part) => quantile(delays, part))
  console.log(`${name}: median ${median} ms, p99 ${p99} ms, ${more}`)
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
}

const plain = await measure('not read', false)
const read = await measure('read', true)
console.log(`added by reading: ${quantile(read, 0.5) - quantile(plain, 0.5)} ms in the median`)
