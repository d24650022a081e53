/**
 * A stand-in of Cloudflare's API for one account, as far as `wrangler deploy` calls it: names, KV namespaces, the
 * upload of a Worker, its crons and its address. It keeps what was uploaded, and refuses what the account's plan
 * refuses. The requests are those of wrangler 4.155; one that it does not know is answered with an error.
 */
import type { IncomingMessage } from 'node:http'
import { sendJson, startLocalServer } from '../../playground/local-server.ts'

/** A binding in the metadata of an upload. */
export interface UploadedBinding {
  readonly type: string
  readonly name: string
  readonly [setting: string]: unknown
}

/** What wrangler says of a Worker when it uploads the bundle. */
export interface UploadMetadata {
  readonly main_module: string
  readonly compatibility_date: string
  readonly compatibility_flags?: readonly string[]
  readonly bindings: readonly UploadedBinding[]
  readonly exports?: Readonly<Record<string, { readonly type: string; readonly storage?: string }>>
  readonly limits?: unknown
  readonly [setting: string]: unknown
}

/** A Worker of the account. */
export interface AccountWorker {
  readonly metadata: UploadMetadata
  /** The uploaded files, source maps included: name → text. */
  readonly files: Readonly<Record<string, string>>
  readonly crons: readonly string[]
  readonly onWorkersDev: boolean
}

/** A running stand-in. */
export interface CloudflareAccount {
  /** The environment in which wrangler deploys to this account. */
  readonly env: Readonly<Record<string, string>>
  /** What was asked, in order: `PUT /workers/scripts/relay`. */
  readonly requests: readonly string[]
  /** Title → id. A test may set what an earlier deployment has left. */
  readonly namespaces: Map<string, string>
  worker(name: string): AccountWorker
  close(): Promise<void>
}

const ACCOUNT = 'account-1'
const TOKEN = 'api-token-of-the-account'

/** An error answer of the API, with the code that wrangler looks at. */
class ApiError extends Error {
  readonly status: number
  readonly code: number

  constructor(status: number, code: number, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

interface Call {
  readonly path: string
  /** The parts of the path that the route leaves open. */
  readonly parts: readonly string[]
  readonly url: URL
  readonly body: Buffer
  readonly contentType: string
}

type Route = readonly [method: string, path: RegExp, answer: (call: Call) => unknown]

/** Starts an account. `plan` decides what it refuses. */
export async function startCloudflareAccount(plan: 'free' | 'paid'): Promise<CloudflareAccount> {
  const state = new AccountState(plan)
  const server = await startLocalServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://api')
    const path = url.pathname.replace(`/client/v4/accounts/${ACCOUNT}`, '')
    state.requests.push(`${request.method} ${path}`)
    try {
      const body = await readBytes(request)
      const contentType = request.headers['content-type'] ?? ''
      if (request.headers.authorization !== `Bearer ${TOKEN}`) {
        throw new ApiError(401, 10_000, 'Authentication error')
      }
      const result = await state.answer(request.method ?? 'GET', { path, url, body, contentType })
      sendJson(response, 200, { value: { success: true, errors: [], messages: [], result } })
    } catch (error) {
      const { status, code, message } = error instanceof ApiError ? error : broken(error)
      const errors = [{ code, message }]
      sendJson(response, status, { value: { success: false, errors, messages: [], result: null } })
    }
  })
  return {
    env: {
      CLOUDFLARE_API_BASE_URL: `${server.origin}/client/v4`,
      CLOUDFLARE_API_TOKEN: TOKEN,
      CLOUDFLARE_ACCOUNT_ID: ACCOUNT,
    },
    requests: state.requests,
    namespaces: state.namespaces,
    worker: (name) => state.find(name),
    close: () => server.close(),
  }
}

/** What the account holds, and the answers to all requests that wrangler is known to make. */
class AccountState {
  readonly requests: string[] = []
  readonly namespaces = new Map<string, string>()
  readonly #workers = new Map<string, AccountWorker>()
  readonly #plan: 'free' | 'paid'

  constructor(plan: 'free' | 'paid') {
    this.#plan = plan
  }

  readonly #routes: readonly Route[] = [
    ['GET', /^\/storage\/kv\/namespaces$/u, ({ url }) => this.#listNamespaces(url)],
    ['POST', /^\/storage\/kv\/namespaces$/u, ({ body }) => this.#createNamespace(body)],
    ['GET', /^\/workers\/services\/([^/]+)$/u, ({ parts: [name] }) => this.#service(name)],
    ['GET', /^\/workers\/scripts\/([^/]+)\/secrets$/u, ({ parts: [name] }) => this.#secrets(name)],
    ['GET', /^\/workers\/scripts\/([^/]+)\/deployments$/u, ({ parts }) => this.#deployments(parts)],
    ['GET', /^\/workers\/scripts\/([^/]+)\/settings$/u, ({ parts }) => this.#settings(parts)],
    ['PUT', /^\/workers\/scripts\/([^/]+)$/u, (call) => this.#upload(call)],
    ['PUT', /^\/workers\/scripts\/([^/]+)\/schedules$/u, (call) => this.#schedule(call)],
    ['GET', /^\/workers\/workers\/([^/]+)$/u, ({ parts }) => this.#subdomain(parts)],
    ['POST', /^\/workers\/scripts\/([^/]+)\/subdomain$/u, (call) => this.#setSubdomain(call)],
    ['GET', /^\/workers\/subdomain$/u, () => ({ subdomain: 'acme' })],
  ]

  async answer(method: string, call: Omit<Call, 'parts'>): Promise<unknown> {
    for (const [wanted, pattern, answer] of this.#routes) {
      const match = wanted === method ? pattern.exec(call.path) : null
      if (match !== null) return answer({ ...call, parts: match.slice(1) })
    }
    throw new ApiError(404, 7003, `No route for ${method} ${call.path}`)
  }

  find(name: string | undefined): AccountWorker {
    const worker = this.#workers.get(name ?? '')
    if (worker !== undefined) return worker
    throw new ApiError(404, 10_007, 'This Worker does not exist on your account.')
  }

  #listNamespaces(url: URL): unknown {
    const all = [...this.namespaces].map(([title, id]) => ({ id, title }))
    return (url.searchParams.get('page') ?? '1') === '1' ? all : []
  }

  #createNamespace(body: Buffer): unknown {
    // Sound: wrangler sends the title as JSON.
    const { title } = JSON.parse(body.toString()) as { readonly title: string }
    if (this.namespaces.has(title)) {
      throw new ApiError(400, 10_014, 'a namespace with this account ID and title already exists')
    }
    const id = (this.namespaces.size + 1).toString(16).padStart(32, '0')
    this.namespaces.set(title, id)
    return { id, title }
  }

  #service(name: string | undefined): unknown {
    if (!this.#workers.has(name ?? '')) {
      throw new ApiError(404, 10_090, 'workers.api.error.service_not_found')
    }
    const script = { id: name, tag: 'tag-1', tags: [], last_deployed_from: 'wrangler' }
    return { id: name, default_environment: { environment: 'production', script } }
  }

  #secrets(name: string | undefined): unknown {
    const { bindings } = this.find(name).metadata
    return bindings.filter(({ type }) => type === 'secret_text').map(withoutText)
  }

  #deployments([name]: readonly string[]): unknown {
    this.find(name)
    return {
      deployments: [{ id: 'deployment-1', versions: [{ version_id: 'v1', percentage: 100 }] }],
    }
  }

  #settings([name]: readonly string[]): unknown {
    const { bindings } = this.find(name).metadata
    return { bindings: bindings.map(withoutText) }
  }

  /** Takes a bundle. What is inherited comes from the version before it, and so do secrets that are not sent. */
  async #upload({ parts: [name = ''], body, contentType }: Call): Promise<unknown> {
    const form = await new Response(body, { headers: { 'content-type': contentType } }).formData()
    const metadata = JSON.parse(String(form.get('metadata'))) as UploadMetadata
    this.#checkPlan(metadata)
    const former = this.#workers.get(name)
    const bindings = withInherited(metadata.bindings, former?.metadata.bindings ?? [])
    const files: Record<string, string> = {}
    for (const [field, value] of form) {
      if (field !== 'metadata')
        files[field] = typeof value === 'string' ? value : await value.text()
    }
    const { crons = [], onWorkersDev = false } = former ?? {}
    this.#workers.set(name, { metadata: { ...metadata, bindings }, files, crons, onWorkersDev })
    return { id: name, deployment_id: 'ab'.repeat(16), startup_time_ms: 20, etag: 'etag-1' }
  }

  #checkPlan({ limits, exports = {}, bindings }: UploadMetadata): void {
    for (const { name, type, text, json } of bindings) {
      const size = new TextEncoder().encode(String(text ?? JSON.stringify(json) ?? '')).length
      if (size > 5 * 1024) throw new ApiError(400, 10_021, `Binding ${name} (${type}) is too large`)
    }
    if (this.#plan === 'paid') return
    if (limits !== undefined) {
      throw new ApiError(400, 100_328, 'CPU limits are not supported for the Free plan')
    }
    const classes = Object.values(exports).filter(({ type }) => type === 'durable-object')
    if (classes.some(({ storage }) => storage !== 'sqlite')) {
      throw new ApiError(400, 10_097, 'free_tier_requires_sqlite')
    }
  }

  #schedule({ parts: [name = ''], body }: Call): unknown {
    // Sound: wrangler sends a list of cron texts.
    const crons = (JSON.parse(body.toString()) as { readonly cron: string }[]).map(
      ({ cron }) => cron,
    )
    if (this.#plan === 'free' && crons.length > 5) {
      throw new ApiError(400, 10_072, 'You have reached the limit of cron triggers of your plan')
    }
    this.#workers.set(name, { ...this.find(name), crons })
    return {}
  }

  #subdomain([name]: readonly string[]): unknown {
    const { onWorkersDev } = this.find(name)
    return { id: name, subdomain: { enabled: onWorkersDev, previews_enabled: false } }
  }

  #setSubdomain({ parts: [name = ''], body }: Call): unknown {
    // Sound: wrangler sends the two switches.
    const wish = JSON.parse(body.toString()) as { enabled: boolean; previews_enabled: boolean }
    this.#workers.set(name, { ...this.find(name), onWorkersDev: wish.enabled })
    return wish
  }
}

function withInherited(
  sent: readonly UploadedBinding[],
  former: readonly UploadedBinding[],
): readonly UploadedBinding[] {
  const resolved = sent.map((binding) => {
    if (binding.type !== 'inherit') return binding
    const known = former.find(({ name }) => name === binding.name)
    if (known === undefined) throw new ApiError(400, 10_021, `Cannot inherit ${binding.name}`)
    return known
  })
  const names = new Set(sent.map(({ name }) => name))
  const secrets = former.filter(({ type, name }) => type === 'secret_text' && !names.has(name))
  return [...resolved, ...secrets]
}

/** The API never tells the text of a secret. */
function withoutText(binding: UploadedBinding): object {
  return { ...binding, text: undefined }
}

function broken(error: unknown): Pick<ApiError, 'status' | 'code' | 'message'> {
  return { status: 400, code: 1, message: `The stand-in failed: ${String(error)}` }
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}
