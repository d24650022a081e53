/** The relay itself: the bundle of a deployment on bare workerd. */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readWorkerOptions } from '../../playground/relay-bindings.ts'
import { buildRelay, PROJECT_FOLDER } from '../../playground/relay-build.ts'
import { parseToml } from '../../playground/toml.ts'
import { bodyOf, SENDERS } from '../load/senders.ts'
import type { Server, ServerKind, Stand } from './server.ts'
import { startWorker, writeModule } from './workers.ts'

const ADMIN_TOKEN = 'bench-admin-token-0123456789'
const NAMES = ['a', 'b', 'c']
const PATH = '/bitrix24/events'

/** An event before all others, which makes the lanes. */
const FIRST_EVENT = 779_999_999_999

function relay(
  name: string,
  {
    receivers,
    isPaused = false,
    hasBatches = false,
  }: {
    readonly receivers: number
    readonly isPaused?: boolean
    readonly hasBatches?: boolean
  },
): ServerKind {
  return {
    name,
    delivers: receivers > 0 && !isPaused,
    start: async ({ folder, receivers: urls }: Stand) => {
      const server = await startRelay(folder, urls.slice(0, receivers), { hasBatches })
      if (isPaused) await pauseAll(server)
      return server
    },
    request: (id, portal) => ({ path: PATH, body: bodyOf(id, portal) }),
  }
}

async function startRelay(
  folder: string,
  urls: readonly string[],
  { hasBatches }: { readonly hasBatches: boolean },
): Promise<Server> {
  mkdirSync(folder, { recursive: true })
  await buildRelay({ outFolder: folder })
  writeModule('kv', folder)
  const config = parseToml(readFileSync(join(PROJECT_FOLDER, 'wrangler.toml'), 'utf8'))
  const { compatibilityFlags, durableObjects } = readWorkerOptions(config, {})
  const destinations = urls.map((url, index) => ({
    name: NAMES[index],
    type: 'webhook',
    url,
    secret: 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=',
    events: ['*'],
    ...(hasBatches && { batch: {} }),
  }))
  const tokens = SENDERS.map(({ applicationToken, memberId }) => [applicationToken, memberId])
  return startWorker(
    {
      module: 'index.js',
      objects: Object.entries(durableObjects).map(([binding, { className }]) => ({
        binding,
        className,
      })),
      flags: compatibilityFlags,
      kv: 'INSTALLS',
      settings: {
        ADMIN_TOKEN,
        OUTGOING_WEBHOOK_TOKENS: JSON.stringify(Object.fromEntries(tokens)),
        TOKEN_KEYS: '{"k1":"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="}',
        UNSAFE_ALLOW_LOCAL_ADDRESSES: 'true',
        DESTINATIONS: JSON.stringify(destinations),
      },
    },
    folder,
  )
}

/** Pauses every lane of the first portal. */
async function pauseAll({ port }: Server): Promise<void> {
  const [first] = SENDERS
  const origin = `http://127.0.0.1:${port}`
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  await fetch(origin + PATH, { method: 'POST', headers, body: bodyOf(FIRST_EVENT, 0) })
  for (const name of NAMES) {
    const path = `/admin/api/portals/${first?.memberId}/lanes/${name}/pause`
    const authorization = `Bearer ${ADMIN_TOKEN}`
    const answer = await fetch(origin + path, { method: 'POST', headers: { authorization } })
    if (!answer.ok) throw new Error(`Cannot pause a lane: ${answer.status} ${await answer.text()}`)
  }
}

/** Without any destination. */
export const RELAY = relay('relay, no destination', { receivers: 0 })

/** With three destinations whose lanes are paused. */
export const PAUSED = relay('relay, three lanes paused', { receivers: 3, isPaused: true })

/** With three receivers. */
export const DELIVERING = relay('relay, three receivers', { receivers: 3 })

/** With three receivers, which take batches. */
export const BATCHING = relay('relay, three receivers, batches', { receivers: 3, hasBatches: true })
