/**
 * `npm run deploy`, as README gives it, against a stand-in of Cloudflare's API: what is uploaded is what README
 * promises, a deployment that failed half-way can be repeated, an upgrade keeps what is there, and the uploaded
 * bundle delivers every event of Bitrix24's documentation.
 */
import { spawn } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readBody, startLocalServer, type LocalServer } from '../../playground/local-server.ts'
import type { JsonValue, WorkerOptions } from '../../playground/relay-bindings.ts'
import { PROJECT_FOLDER } from '../../playground/relay-build.ts'
import { startRelay } from '../../playground/relay.ts'
import { DELIVERED_EVENTS } from '../support/builders/documented-events.ts'
import { lostData, type SentData } from '../support/messages/lost-data.ts'
import {
  startCloudflareAccount,
  type AccountWorker,
  type CloudflareAccount,
  type UploadedBinding,
} from './cloudflare-account.ts'
import { DOMAIN, MEMBER_ID, WEBHOOK_TOKEN } from '../support/identity.ts'

const NAME = 'bitrix24-event-relay'
const TITLE = 'bitrix24-event-relay-installs'
/** The namespace that a deployment has made before it failed. */
const NAMESPACE_ID = 'f'.repeat(32)

const SIGNING_SECRET = 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE='
const SECRETS = {
  TOKEN_KEYS: 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=',
  ADMIN_TOKEN: 'an-admin-token-for-a-test',
  ERP_SIGNING_SECRET: SIGNING_SECRET,
  OUTGOING_WEBHOOK_TOKENS: `{"${WEBHOOK_TOKEN}":"${DOMAIN}"}`,
  // In the file a `$` is written as `\\$`, as docs/deploy.md says.
  SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/a$b',
}

const QUIET = {
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_WRITE_LOGS: 'false',
}

interface Delivered {
  readonly headers: Record<string, string>
  readonly body: string
}

let folder = ''
let account: CloudflareAccount
let receiver: LocalServer
const delivered: Delivered[] = []
let first: { readonly output: string; readonly requests: readonly string[]; worker: AccountWorker }

beforeAll(async () => {
  account = await startCloudflareAccount('free')
  account.namespaces.set(TITLE, NAMESPACE_ID)
  receiver = await startLocalServer(async (request, response) => {
    // Sound: these headers have one value each.
    delivered.push({
      headers: request.headers as Record<string, string>,
      body: await readBody(request),
    })
    response.end()
  })
  folder = aClone()
  writeFileSync(join(folder, 'wrangler.local.toml'), ownSettings('erp'))
  const output = await deploy('--secrets-file', 'secrets.env')
  first = { output, requests: [...account.requests], worker: account.worker(NAME) }
})

afterAll(async () => {
  await account.close()
  await receiver.close()
  rmSync(folder, { recursive: true, force: true })
})

/** This repository as an operator has it: the project's files, and beside them the operator's own. */
function aClone(): string {
  const clone = mkdtempSync(join(tmpdir(), 'relay-clone-'))
  for (const name of ['node_modules', 'scripts', 'src']) {
    symlinkSync(join(PROJECT_FOLDER, name), join(clone, name), 'junction')
  }
  for (const name of ['package.json', 'tsconfig.json', 'wrangler.toml']) {
    cpSync(join(PROJECT_FOLDER, name), join(clone, name))
  }
  const lines = Object.entries(SECRETS).map(
    ([name, value]) => `${name}='${value.replaceAll('$', '\\$')}'\n`,
  )
  writeFileSync(join(clone, 'secrets.env'), lines.join(''))
  return clone
}

function ownSettings(destination: string): string {
  return `
[vars]
UNSAFE_ALLOW_LOCAL_ADDRESSES = "true"

[[vars.DESTINATIONS]]
name = "${destination}"
type = "webhook"
url = "${receiver.origin}/hook"
secret = "$ERP_SIGNING_SECRET"
events = ["*"]
`
}

/** Runs the command of README; resolves with its output, and rejects with it when the command fails. */
async function deploy(...args: readonly string[]): Promise<string> {
  const { npm_execpath: npm, npm_node_execpath: node = process.execPath, ...env } = process.env
  const [command, before] = npm === undefined ? ['npm', []] : [node, [npm]]
  const child = spawn(command, [...before, 'run', '--silent', 'deploy', '--', ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A variable of the machine would win over a secret of the same name.
    env: { ...withoutSecrets(env), ...QUIET, ...account.env, XDG_CONFIG_HOME: folder },
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  const output = Buffer.concat(chunks).toString()
  if (code !== 0) throw new Error(`The deployment failed: ${output}`)
  return output
}

function withoutSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const entries = Object.entries(env).filter(([name]) => !Object.hasOwn(SECRETS, name))
  return Object.fromEntries(entries)
}

function byName(worker: AccountWorker): Record<string, unknown> {
  return Object.fromEntries(worker.metadata.bindings.map(({ name, ...rest }) => [name, rest]))
}

const secret = (text: string) => ({ type: 'secret_text', text })
const limit = (namespace_id: string, most: number) => ({
  type: 'ratelimit',
  namespace_id,
  simple: { limit: most, period: 60 },
})
const objects = (class_name: string) => ({ type: 'durable_object_namespace', class_name })

test('a deployment that failed after it had made its namespace is repeated with this namespace', () => {
  expect(first.requests.filter((request) => request.startsWith('POST /storage'))).toHaveLength(1)
  expect(first.output).toContain('a namespace with this account ID and title already exists')
  expect(first.output).toContain(`An earlier deployment has made ${TITLE}. Deploying once more`)
  expect([...account.namespaces]).toEqual([[TITLE, NAMESPACE_ID]])
})

test('the upload has the bindings, secrets and settings that README promises, and no other', () => {
  expect(byName(first.worker)).toEqual({
    INSTALLS: { type: 'kv_namespace', namespace_id: NAMESPACE_ID },
    PORTALS: objects('Portal'),
    DIRECTORY: objects('Directory'),
    PACERS: objects('Pacer'),
    UNTRUSTED_LIMIT: limit('24001', 60),
    ADDRESS_LIMIT: limit('24003', 1200),
    ADMIN_LIMIT: limit('24002', 10),
    VERSION: { type: 'version_metadata' },
    TOKEN_KEYS: secret(SECRETS.TOKEN_KEYS),
    ADMIN_TOKEN: secret(SECRETS.ADMIN_TOKEN),
    ERP_SIGNING_SECRET: secret(SECRETS.ERP_SIGNING_SECRET),
    OUTGOING_WEBHOOK_TOKENS: secret(SECRETS.OUTGOING_WEBHOOK_TOKENS),
    SLACK_WEBHOOK_URL: secret(SECRETS.SLACK_WEBHOOK_URL),
    UNSAFE_ALLOW_LOCAL_ADDRESSES: { type: 'plain_text', text: 'true' },
    DESTINATIONS: {
      type: 'json',
      json: [
        {
          name: 'erp',
          type: 'webhook',
          url: `${receiver.origin}/hook`,
          secret: '$ERP_SIGNING_SECRET',
          events: ['*'],
        },
      ],
    },
  })
})

test('the upload makes three classes of objects with SQLite, and sets two crons and an address', () => {
  const sqlite = { type: 'durable-object', storage: 'sqlite' }
  expect(first.worker.metadata).toMatchObject({
    main_module: 'index.js',
    compatibility_date: '2026-10-22',
    compatibility_flags: [
      'global_fetch_strictly_public',
      'no_nodejs_compat',
      'no_nodejs_compat_v2',
    ],
    exports: { Portal: sqlite, Directory: sqlite, Pacer: sqlite },
    observability: { enabled: true, logs: { invocation_logs: false } },
  })
  expect(first.worker.metadata.limits).toBeUndefined()
  expect(first.worker.crons).toEqual(['*/5 * * * *', '17 3 * * *'])
  expect(first.worker.onWorkersDev).toBe(true)
  expect(Object.keys(first.worker.files).toSorted()).toEqual(['index.js', 'index.js.map'])
})

test('no file of the project is changed by a deployment', () => {
  const read = (place: string) => readFileSync(join(place, 'wrangler.toml'), 'utf8')
  expect(read(folder)).toBe(read(PROJECT_FOLDER))
})

test('an upgrade takes the own settings of the day, and keeps the secrets and the namespace', async () => {
  writeFileSync(join(folder, 'wrangler.local.toml'), ownSettings('erp-2'))
  const asked = account.requests.length
  await deploy()
  const before = byName(first.worker)
  const after = byName(account.worker(NAME))
  expect(after['DESTINATIONS']).toMatchObject({ json: [{ name: 'erp-2' }] })
  expect({ ...after, DESTINATIONS: null }).toEqual({ ...before, DESTINATIONS: null })
  const later = account.requests.slice(asked)
  expect(later.filter((request) => request.includes('/storage/'))).toEqual([])
})

test('the bundle as uploaded starts, is configured, and delivers every documented event whole', async () => {
  const bundle = join(folder, 'uploaded')
  mkdirSync(bundle)
  for (const [name, text] of Object.entries(first.worker.files)) {
    writeFileSync(join(bundle, name), text)
  }
  const relay = await startRelay({ vars: {}, worker: workerOf(first.worker), buildFolder: bundle })
  try {
    const health = await fetch(`${relay.url}/healthz`)
    expect(await health.json()).toMatchObject({ status: 'ok' })
    for (const [index, { query, line }] of DELIVERED_EVENTS.entries()) {
      const answer = await fetch(`${relay.url}/bitrix24/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: `${query}&ts=${1_790_000_000 + line}&${AUTH.toString()}`,
      })
      expect([line, await answer.json()]).toEqual([line, { accepted: true, sequence: index + 1 }])
    }
    await expect.poll(() => delivered.length, { timeout: 60_000 }).toBe(DELIVERED_EVENTS.length)
  } finally {
    await relay.dispose()
  }
  const hook = new Webhook(SIGNING_SECRET)
  // Sound: the relay's own bodies, of which the test reads a part.
  const bodies = delivered.map(({ body, headers }) => hook.verify(body, headers) as SentData)
  expect(bodies.map(({ data }) => data.sequence)).toEqual(bodies.map((_, index) => index + 1))
  expect(DELIVERED_EVENTS.flatMap((line, index) => lostData(line, bodies[index]))).toEqual([])
})

/** The block of an outgoing webhook, which is configured for this portal. */
const AUTH = new URLSearchParams({
  'auth[domain]': DOMAIN,
  'auth[member_id]': MEMBER_ID,
  'auth[application_token]': WEBHOOK_TOKEN,
})

/** The Worker as Cloudflare would start it by what was uploaded. */
function workerOf({ metadata }: AccountWorker): WorkerOptions {
  const { bindings, exports = {} } = metadata
  const of = (type: string) => bindings.filter((binding) => binding.type === type)
  const pairs = <T>(type: string, value: (binding: UploadedBinding) => T): Record<string, T> =>
    Object.fromEntries(of(type).map((binding) => [binding.name, value(binding)]))
  return {
    name: NAME,
    compatibilityDate: metadata.compatibility_date,
    compatibilityFlags: [...(metadata.compatibility_flags ?? [])],
    bindings: {
      ...pairs('plain_text', ({ text }) => String(text)),
      ...pairs('secret_text', ({ text }) => String(text)),
      // Sound: the upload was JSON.
      ...pairs('json', ({ json }) => json as JsonValue),
    },
    kvNamespaces: of('kv_namespace').map(({ name }) => name),
    durableObjects: pairs('durable_object_namespace', ({ class_name }) => {
      const className = String(class_name)
      return { className, useSQLite: exports[className]?.storage === 'sqlite' }
    }),
    ratelimits: pairs('ratelimit', ({ namespace_id, simple }) => ({
      namespace_id: String(namespace_id),
      // Sound: the upload of wrangler holds the limit as it is configured.
      simple: simple as { limit: number; period: 60 },
    })),
    versionMetadata: of('version_metadata')[0]?.name ?? '',
  }
}
