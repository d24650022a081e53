/**
 * Compares two ways to store events, in turn and in one run: several events in one commit, as the relay does,
 * and one commit for each event. It measures verify, store and answer. Run it with `node scripts/bench.ts`; it
 * prints requests per second and the median ratio, binds to 127.0.0.1 and leaves nothing behind.
 * `node scripts/bench.ts 100` sends 100 requests a round instead of 3,000.
 */
import { Agent, request } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPortalSimulator } from '../playground/portal/portal.ts'
import { buildRelay } from '../playground/relay-build.ts'
import { startRelay } from '../playground/relay.ts'

const ROUNDS = 5
const REQUESTS = Number(process.argv[2] ?? 3000)
const CONNECTIONS = 64
const folder = mkdtempSync(join(tmpdir(), 'relay-bench-'))

interface Contender {
  readonly name: string
  run(): Promise<number>
  close(): Promise<void>
}

async function createContender(name: string, entry: string): Promise<Contender> {
  const buildFolder = await buildRelay({ entry, outFolder: join(folder, name) })
  const client = { clientId: 'local.bench.1', clientSecret: 'bench' }
  const portal = await createPortalSimulator({ handlerUrl: 'http://127.0.0.1:9/', ...client })
  const relay = await startRelay({
    buildFolder,
    vars: {
      BITRIX24_APPLICATIONS: { [client.clientId]: client.clientSecret },
      BITRIX24_OAUTH_URLS: [portal.oauth.origin],
      TOKEN_KEYS: { k1: Buffer.alloc(32, 7).toString('base64') },
      UNSAFE_ALLOW_LOCAL_ADDRESSES: 'true',
      DESTINATIONS: [],
    },
  })
  const url = `${relay.url}/bitrix24/events`
  const [install] = await portal.install()
  await post(url, install?.body ?? '')
  let next = 0
  const body = (): string => {
    next += 1
    return (
      `event=ONCRMREQUISITEUSERFIELDUPDATE&data%5BFIELDS%5D%5BID%5D=${next}` +
      `&data%5BFIELDS%5D%5BENTITY_ID%5D=CRM_REQUISITE&data%5BFIELDS%5D%5BFIELD_NAME%5D=UF_CRM_${next}` +
      `&ts=1790000000&auth%5Bmember_id%5D=${portal.memberId}` +
      `&auth%5Bapplication_token%5D=${portal.applicationToken}`
    )
  }
  return {
    name,
    run: () => measure(url, body),
    close: async () => {
      await relay.dispose()
      await portal.close()
    },
  }
}

const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })

function post(url: string, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

async function measure(url: string, body: () => string): Promise<number> {
  let left = REQUESTS
  const start = performance.now()
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      const status = await post(url, body())
      if (status !== 200) throw new Error(`Cannot measure as the relay answered ${status}`)
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, worker))
  return REQUESTS / ((performance.now() - start) / 1000)
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

const grouped = await createContender('grouped', 'src/index.ts')
const single = await createContender('single', 'scripts/bench/index.ts')
const results: { grouped: number; single: number }[] = []
await grouped.run()
await single.run()
for (let round = 0; round < ROUNDS; round += 1) {
  const result = { grouped: await grouped.run(), single: await single.run() }
  results.push(result)
  console.log(
    `grouped ${result.grouped.toFixed(0)}/s, one commit per event ${result.single.toFixed(0)}/s`,
  )
}
const ratios = results.map((result) => result.grouped / result.single)
console.log(
  `median: grouped ${median(results.map((r) => r.grouped)).toFixed(0)}/s, ` +
    `one commit per event ${median(results.map((r) => r.single)).toFixed(0)}/s, ` +
    `ratio ${median(ratios).toFixed(2)}`,
)
await Promise.all([grouped.close(), single.close()])
agent.destroy()
rmSync(folder, { recursive: true, force: true })
