/**
 * Serves the playground's page: its files, its state as Server-Sent Events, and its actions. It listens
 * on 127.0.0.1 only and takes requests for its own host and from its own page only, so that no other
 * page in the same browser can play.
 */
import { readFileSync, readdirSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname } from 'node:path'
import { OVERVIEW_PATH, SIGN_IN_PATH } from '../src/dashboard/paths.ts'
import { DOCUMENTED_EVENTS } from './documented-events.ts'
import { readBody, sendJson, sendText, startLocalServer } from './local-server.ts'
import type { LocalServer } from './local-server.ts'
import { runAction } from './session-actions.ts'
import { describeSession } from './session-state.ts'
import type { ToldMessages } from './session-state.ts'
import type { Session } from './session.ts'

const PAGE_FOLDER = new URL('./page/', import.meta.url)

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
}

const PAGE_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}

/** Serves the page of a session. Port 0 takes a free one. */
export async function startPageServer(session: Session, port: number): Promise<LocalServer> {
  const files = readPageFiles()
  const server = await startLocalServer((request, response) => {
    if (request.headers.host !== server.host) return refuse(response)
    const path = new URL(request.url ?? '/', server.origin).pathname
    if (request.method === 'POST' && path === '/actions') {
      return answerAction(session, request, response)
    }
    if (request.method !== 'GET') return refuse(response)
    if (path === '/events') return answerEvents(response)
    if (path === '/state') return streamState(session, request, response)
    if (path === '/dashboard') return openDashboard(session, request, response)
    return answerFile(files.get(path === '/' ? '/index.html' : path), response)
  }, port)
  return server
}

/** One file of the page. */
export interface PageFile {
  readonly type: string
  readonly bytes: Buffer
}

/** Reads all files of the page, by their path in a URL: at each start, since the page is small. */
export function readPageFiles(): ReadonlyMap<string, PageFile> {
  const entries = readdirSync(PAGE_FOLDER).map((name) => {
    const type = CONTENT_TYPES[extname(name)] ?? 'application/octet-stream'
    return [`/${name}`, { type, bytes: readFileSync(new URL(name, PAGE_FOLDER)) }] as const
  })
  return new Map(entries)
}

/** Answers with a file under the page's policy, which allows nothing from elsewhere. */
export async function answerFile(
  file: PageFile | undefined,
  response: ServerResponse,
): Promise<void> {
  if (file === undefined) {
    sendText(response, 404, 'Not found')
    return
  }
  response.writeHead(200, { ...PAGE_HEADERS, 'content-type': file.type })
  response.end(file.bytes)
}

/** The list from which a person chooses an event: `[{"name","words"}]`. */
async function answerEvents(response: ServerResponse): Promise<void> {
  sendJson(response, 200, { value: DOCUMENTED_EVENTS.map(({ name, words }) => ({ name, words })) })
}

async function refuse(response: ServerResponse): Promise<void> {
  sendText(response, 403, 'Refused')
}

/**
 * Signs the browser in to the dashboard of the relay, and sends it there: the session's cookie belongs to the host
 * 127.0.0.1, whatever the port (docs/decisions/0060-signed-in-from-the-playground.md). A page of another site cannot
 * bring a browser here.
 */
async function openDashboard(
  { relay, adminToken }: Session,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const site = request.headers['sec-fetch-site'] ?? 'none'
  if (site !== 'none' && site !== 'same-origin') return refuse(response)
  const answer = await signIn(relay.url + SIGN_IN_PATH, adminToken)
  if (answer === null) return sendText(response, 503, 'The relay is down: go back, and try again')
  response.writeHead(303, {
    ...PAGE_HEADERS,
    location: relay.url + OVERVIEW_PATH,
    'set-cookie': answer.headers.getSetCookie(),
  })
  response.end()
}

/** Null while the relay does not answer. */
async function signIn(url: string, token: string): Promise<Response | null> {
  try {
    const body = new URLSearchParams({ token })
    const answer = await fetch(url, { method: 'POST', body, redirect: 'manual' })
    await answer.text()
    return answer
  } catch {
    // It was killed, and comes back.
    return null
  }
}

async function streamState(
  session: Session,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.writeHead(200, { ...PAGE_HEADERS, 'content-type': 'text/event-stream' })
  let told: ToldMessages = {}
  let { castId } = session
  const push = (): void => {
    if (castId !== session.castId) told = {}
    castId = session.castId
    response.write(`data: ${JSON.stringify(describeSession(session, told))}\n\n`)
  }
  const unsubscribe = session.subscribe(push)
  request.on('close', unsubscribe)
  push()
}

async function answerAction(
  session: Session,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // A foreign page can neither set this content type without a preflight nor be of the same origin.
  const isOwnPage =
    request.headers['content-type'] === 'application/json' &&
    request.headers.origin === `http://${request.headers.host ?? ''}`
  if (!isOwnPage) return refuse(response)
  const input: unknown = JSON.parse(await readBody(request, 16_384))
  if (typeof input !== 'object' || input === null) return refuse(response)
  const problem = await runAction(session, { ...input })
  sendJson(response, problem === null ? 200 : 422, { value: { problem } })
}
