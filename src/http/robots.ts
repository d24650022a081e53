/**
 * The route that the robots "Outgoing webhook" of automation rules call. Their bodies have no token: the secret in the
 * path is the whole proof, so it takes the place of a token on the usual way of an event. Nothing writes the path
 * anywhere.
 */
import { Hono, type Context } from 'hono'
import { ROBOTS_PATH } from '../bitrix24/events-path.ts'
import { decodeHint, type HintFault } from '../bitrix24/wire/decode-hint.ts'
import type { RelayEvent } from '../core/log/event.ts'
import { err, type Result } from '../core/result.ts'
import { takeRequest } from '../edge/intake.ts'
import type { IntakeAnswer } from '../edge/intake-answer.ts'
import type { IntakeDeps } from '../edge/intake-deps.ts'
import { parseRobotSecret } from '../storage/robot-secret.ts'
import { eventAnswer } from './event-answer.ts'
import { readFormOrJson } from './body.ts'
import { clientAddress } from './client-address.ts'
import { errorResponse, type ErrorCode } from './error-response.ts'
import { noteAnswer, noteUnnamedCaller } from './refused-caller-of.ts'

/** Makes the route. `intakeOf` gives the ports of the intake for one request. */
export function createRobotRoutes(intakeOf: (c: Context) => IntakeDeps): Hono {
  const routes = new Hono()
  const path = `${ROBOTS_PATH}/:secret`
  routes.post(path, (c) => receive(c, intakeOf(c)))
  routes.all(path, () => errorResponse('method_not_allowed', { allow: 'POST' }))
  return routes
}

async function receive(c: Context, deps: IntakeDeps): Promise<Response> {
  const request = c.req.raw
  const decoded = await decode(request)
  const { counts } = deps.callers.memory
  if (!decoded.ok) {
    counts.noteRefused(decoded.error)
    return errorResponse(decoded.error)
  }
  const event = decoded.value
  const proof = parseRobotSecret(c.req.param('secret') ?? '')
  if (proof === null) {
    counts.noteRefused('not_found')
    noteUnnamedCaller(c, deps, { request: 'robot', reason: 'untrusted' })
    return errorResponse('not_found')
  }
  const hint = {
    kind: 'event',
    memberId: proof.memberId,
    applicationToken: proof.token,
    isCostly: false,
    decode: () => event,
  } as const
  const source = { address: clientAddress(request), calledUrl: new URL(request.url).origin }
  const taken = takeRequest(deps, hint, source)
  c.executionCtx.waitUntil(taken)
  const answer = await taken
  noteAnswer(c, deps, { request: { kind: 'robot', memberId: proof.memberId }, answer })
  return isUnknown(answer) ? errorResponse('not_found') : eventAnswer(answer)
}

/** Whether the answer says that the secret is not the portal's: then there is no such address. */
function isUnknown(answer: IntakeAnswer): boolean {
  return (
    answer.kind === 'refused' && (answer.code === 'untrusted' || answer.code === 'misconfigured')
  )
}

/** The error code for each fault that the decoder finds. */
const HINT_ERRORS: Readonly<Record<HintFault, ErrorCode>> = {
  malformed: 'malformed_body',
  not_a_hint: 'invalid_hint',
  robot_with_token: 'robot_with_token',
}

async function decode(request: Request): Promise<Result<RelayEvent, ErrorCode>> {
  const body = await readFormOrJson(request)
  if (!body.ok) return body
  const { text, isForm } = body.value
  const decoded = decodeHint(text, { isForm })
  return decoded.ok ? decoded : err(HINT_ERRORS[decoded.error])
}
