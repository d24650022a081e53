/**
 * The quick start of README, step by step, with the bundle of a deployment on this machine: its secrets, its settings
 * and its commands as they stand there. Only the address in Slack is that of a simulated one.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createSlackSimulator, type SlackSimulator } from '../../playground/receivers/slack.ts'
import { startRelay, type RunningRelay } from '../../playground/relay.ts'
import { parseToml } from '../../playground/toml.ts'
import { blocksIn, secretsIn, varsOf } from '../support/published-blocks.ts'
import { MEMBER_ID } from '../support/identity.ts'

const ROOT = join(import.meta.dirname, '../..')
const README = readFileSync(join(ROOT, 'README.md'), 'utf8')
const [SECTION = ''] = /^## Quick start\n.*?(?=^## )/msu.exec(README) ?? []
const RELAY = 'https://relay.example.com'

let slack: SlackSimulator
let relay: RunningRelay
let secrets: Readonly<Record<string, string>>

beforeAll(async () => {
  slack = await createSlackSimulator()
  // Step 1: `npm run -s keys > secrets.env`.
  const keys = execFileSync(process.execPath, [join(ROOT, 'cli/main.ts'), 'keys'], {
    encoding: 'utf8',
  })
  // Steps 2 and 4 add their lines.
  secrets = secretsIn([keys, ...blocksIn(SECTION, 'dotenv')].join('\n'))
  const [own = ''] = blocksIn(SECTION, 'toml')
  // Step 3: the deployment.
  relay = await startRelay({
    vars: {
      ...varsOf(parseToml(own)),
      ...secrets,
      SLACK_WEBHOOK_URL: slack.url,
      UNSAFE_ALLOW_LOCAL_ADDRESSES: 'true',
    },
  })
})

afterAll(async () => {
  await relay.dispose()
  await slack.close()
})

/** Sends what a `curl` of README sends; resolves with the answer. */
async function run(command: string): Promise<{ status: number; body: unknown }> {
  const filled = command.replaceAll(/\$(\w+)/gu, (_, name: string) => secrets[name] ?? '')
  const method = /-X (\w+)/u.exec(filled)?.[1] ?? 'GET'
  const headers = [...filled.matchAll(/-H "([^:"]+): ([^"]+)"/gu)].map(
    ([, name = '', value = '']): [string, string] => [name, value],
  )
  const address = /https:\/\/[^\s"]+/u.exec(filled)?.[0].replace(RELAY, relay.url) ?? ''
  const response = await fetch(address, { method, headers })
  return { status: response.status, body: await response.json() }
}

const commands = blocksIn(SECTION, 'sh').flatMap((block) => block.trim().split('\n'))

test('the two commands of step 4 say that all is well, and send a test message', async () => {
  const [health = '', message = ''] = commands.filter((command) => command.startsWith('curl '))
  expect(await run(health)).toMatchObject({ status: 200, body: { status: 'ok' } })
  expect(await run(message)).toMatchObject({ status: 200, body: { outcome: 'delivered' } })
  expect(slack.messages).toHaveLength(1)
})

test('step 5: a field is changed, and Slack names the field and the portal', async () => {
  // Sound: README shows an object of texts, and the relay has taken it.
  const tokens = JSON.parse(secrets['OUTGOING_WEBHOOK_TOKENS'] ?? '') as Record<string, string>
  const [token, portal] = Object.entries(tokens)[0] ?? ['', '']
  const [, handler = ''] = /handler URL is `([^`]+)`/u.exec(SECTION) ?? []
  const body = new URLSearchParams({
    event: 'ONCRMREQUISITEUSERFIELDUPDATE',
    event_handler_id: '975',
    'data[FIELDS][ID]': '235',
    'data[FIELDS][ENTITY_ID]': 'CRM_REQUISITE',
    'data[FIELDS][FIELD_NAME]': 'UF_CRM_TAX_NUMBER',
    ts: String(Math.floor(Date.now() / 1000)),
    'auth[domain]': portal,
    'auth[member_id]': MEMBER_ID,
    'auth[application_token]': token,
  })
  const answer = await fetch(handler.replace(RELAY, relay.url), { method: 'POST', body })
  expect(await answer.json()).toEqual({ accepted: true, sequence: 1 })
  await vi.waitFor(() => expect(slack.messages).toHaveLength(2), { timeout: 30_000 })
  const text = JSON.stringify(slack.messages[1]?.payload)
  expect([text.includes('UF_CRM_TAX_NUMBER'), text.includes(portal)]).toEqual([true, true])
})
