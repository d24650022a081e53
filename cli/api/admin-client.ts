/**
 * Calls the admin API. Each answer is held against the schema by which the relay makes it, so a command never works
 * with what it does not understand. Redirects are not followed, since the token would go along.
 */
import * as v from 'valibot'
import { HealthSchema, type HealthView } from '../../src/core/views/health-view.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { Fault, RelayFault } from '../fault.ts'
import { codeOf, type World } from '../world.ts'
import type { Connection } from './connection.ts'

/** The parts of a request. */
export interface AdminRequest {
  /** @default GET */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly body?: unknown
  readonly query?: Readonly<Record<string, string | undefined>>
  /** Whether the answer may take as long as it likes, as an export does. @default false */
  readonly isLong?: boolean
}

/** The time that an answer may take, in milliseconds: a little longer than the relay itself waits for an object. */
const ANSWER_MS = 40_000

const ErrorSchema = v.object({ error: v.object({ code: v.string(), message: v.string() }) })

/** The admin API of one relay. */
export class AdminClient {
  readonly #connection: Connection
  readonly #fetch: World['fetch']

  constructor(connection: Connection, { fetch }: Pick<World, 'fetch'>) {
    this.#connection = connection
    this.#fetch = fetch
  }

  /** The address of the relay. */
  get origin(): string {
    return this.#connection.origin
  }

  /** Asks below `/admin/api`, and gives the answer as it came, once the schema has understood it. */
  async ask<S extends v.GenericSchema>(
    path: string,
    schema: S,
    request: AdminRequest = {},
  ): Promise<v.InferOutput<S>> {
    const response = await this.send(path, request)
    const body = await readJson(response)
    if (!v.is(schema, body)) throw notUnderstood(path)
    return body
  }

  /** The same for an answer without a body. */
  async tell(path: string, request: AdminRequest): Promise<void> {
    await this.send(path, request)
  }

  /** The answer itself, of a success. Throws a `Fault` for everything else. */
  async send(path: string, request: AdminRequest = {}): Promise<Response> {
    const response = await this.#request(`/admin/api${path}`, request)
    if (response.ok) return response
    throw await faultOf(response)
  }

  /**
   * The lines of a long answer, each of which the schema has understood, as they came. Throws a `Fault` when the answer
   * breaks off, and at the first line of another form.
   */
  async *lines(
    path: string,
    schema: v.GenericSchema,
    request: AdminRequest = {},
  ): AsyncGenerator<string, void> {
    const response = await this.send(path, { ...request, isLong: true })
    const lineSchema = v.pipe(v.string(), v.parseJson(), schema)
    let rest = ''
    for await (const text of this.#texts(response)) {
      const lines = `${rest}${text}`.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        if (!v.is(lineSchema, line)) throw notUnderstood(path)
        yield line
      }
    }
    if (rest !== '') throw notUnderstood(path)
  }

  async *#texts(response: Response): AsyncGenerator<string, void> {
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    try {
      for (;;) {
        const piece = await reader?.read()
        if (piece?.value === undefined) return
        yield piece.value
      }
    } catch (error) {
      throw unreachable(this.origin, error)
    }
  }

  /**
   * The answer of `/healthz`. The status 500 stands for a misconfigured relay, and not for a failure. The operator's
   * answer also names the portals; anybody's needs no token.
   */
  async health(asked: 'by the operator' | 'by anybody'): Promise<HealthView> {
    const query = { deep: asked === 'by the operator' ? '1' : undefined }
    const response = await this.#request('/healthz', { query })
    if (!response.ok && response.status !== 500) throw await faultOf(response)
    const body = await readJson(response)
    if (!v.is(HealthSchema, body)) throw notUnderstood('/healthz')
    return body
  }

  async #request(
    path: string,
    { method = 'GET', body, query = {}, isLong = false }: AdminRequest,
  ): Promise<Response> {
    const { origin, headers } = this.#connection
    const url = new URL(path, origin)
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, value)
    }
    try {
      return await this.#fetch(url.href, {
        method,
        headers,
        redirect: 'manual',
        ...(!isLong && { signal: AbortSignal.timeout(ANSWER_MS) }),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
    } catch (error) {
      throw unreachable(origin, error)
    }
  }
}

/** A path about one portal, named by its member id or its domain. */
export function portalPath(portal: string, rest = ''): string {
  return `/portals/${encodeURIComponent(portal)}${rest}`
}

function unreachable(origin: string, error: unknown): Fault {
  const cause: unknown = error instanceof Error ? error.cause : null
  // The library's own words may quote a header.
  const isTimeout = error instanceof Error && error.name === 'TimeoutError'
  const why = isTimeout ? 'it did not answer in time' : (codeOf(cause) ?? 'the connection failed')
  return new Fault(EXIT.unreachable, `Cannot reach ${origin}: ${why}`)
}

function notUnderstood(path: string): Fault {
  return new Fault(
    EXIT.unreachable,
    `The answer of ${path.split('?')[0]} is not understood`,
    'Look whether the address is that of the relay, and whether it is of the version of this command line',
  )
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    // No JSON: the page of a proxy, for example. It is not shown, since nobody knows what it holds.
    return undefined
  }
}

async function faultOf(response: Response): Promise<Fault> {
  const { status } = response
  if (status >= 300 && status < 400) {
    const to = response.headers.get('location') ?? ''
    const isAccess = /\.cloudflareaccess\.com\//.test(to)
    return isAccess
      ? new Fault(
          EXIT.denied,
          'Cloudflare Access asks for a sign-in',
          'Make a service token in Cloudflare Access, and set CF_ACCESS_CLIENT_ID and CF_ACCESS_CLIENT_SECRET',
        )
      : new Fault(
          EXIT.unreachable,
          `The relay answered with a redirect (${status})`,
          'No redirect is followed, since the token would go along: give the address of the relay itself',
        )
  }
  const body = v.safeParse(ErrorSchema, await readJson(response))
  if (!body.success) {
    return new Fault(
      status === 401 || status === 403 ? EXIT.denied : EXIT.unreachable,
      `The answer has the status ${status}, and is none of a relay`,
    )
  }
  const { error } = body.output
  return new RelayFault(exitCodeOf(status), error, REMEDIES[error.code] ?? null)
}

function exitCodeOf(status: number): ExitCode {
  if (status === 401 || status === 403) return EXIT.denied
  if (status === 404) return EXIT.unknown
  return status >= 500 ? EXIT.unreachable : EXIT.refused
}

const REMEDIES: Readonly<Record<string, string>> = {
  unauthorized: 'Look whether ADMIN_TOKEN is the one of this relay',
  not_found:
    'Look at the names of the portal and the destination. When nothing at all is found, the relay has no ADMIN_TOKEN and no Cloudflare Access configured',
  unusable_destination:
    '/healthz names wrong settings. Name a portal with --portal, and store its value with `values set`',
  too_many_requests: 'Too many wrong tokens came from this address: wait a minute',
  internal_error:
    'Try again. While a release is deployed, an object of the former one may not know the question',
}
