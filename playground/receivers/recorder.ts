/** A handler that takes every event and keeps what it was sent, for tests of the portal alone. */
import { readBody, sendText, startLocalServer } from '../local-server.ts'
import { parsePhpQuery } from '../portal/php-query.ts'
import type { Params } from '../portal/php-query.ts'

/** A running recorder. */
export interface EventRecorder {
  /** The handler's URL. */
  readonly url: string
  /** Decoded bodies in order of arrival. */
  readonly bodies: readonly Params[]
  readonly userAgents: readonly string[]
  /** The status of each answer. @default 200 */
  status: number
  /** The event codes that came so far, in order. */
  eventNames(): unknown[]
  close(): Promise<void>
}

/** Starts a recorder on a free port. */
export async function startRecorder(): Promise<EventRecorder> {
  const bodies: Params[] = []
  const userAgents: string[] = []
  const server = await startLocalServer(async (request, response) => {
    bodies.push(parsePhpQuery(await readBody(request)))
    userAgents.push(request.headers['user-agent'] ?? '')
    sendText(response, recorder.status, 'seen')
  })
  const recorder: EventRecorder = {
    url: `${server.origin}/bitrix24/events`,
    bodies,
    userAgents,
    status: 200,
    eventNames: () => bodies.map(({ event }) => event),
    close: () => server.close(),
  }
  return recorder
}
