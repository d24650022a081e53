/**
 * A simulated Microsoft Teams workflow ("When a Teams webhook request is received"). As at Microsoft,
 * 202 means only that the run began: a card that Teams cannot show is accepted all the same, so what
 * is wrong with it stands in the message's `problems`.
 */
import { isObject, parseJson } from './json.ts'
import { createWindows } from './pace.ts'
import { jsonAnswer, limitAnswer, refuse, startReceiver } from './receiver.ts'
import type {
  PendingRequest,
  ReceivedMessage,
  Receiver,
  ReceiverAnswer,
  ReceiverOptions,
  Verdict,
} from './receiver.ts'
import { findCardProblems } from './teams-cards.ts'

/** One accepted message. */
export interface TeamsMessage extends ReceivedMessage {
  /** The trigger's path with its query. */
  readonly path: string
  /** The parsed message. */
  readonly payload: TeamsPayload
  /** Why Teams would not show it, or not whole; empty when it would. */
  readonly problems: readonly string[]
}

/** A message as far as every reader needs it. */
export interface TeamsPayload {
  readonly type: 'message'
  readonly attachments: readonly TeamsAttachment[]
  readonly [key: string]: unknown
}

/** One card in its envelope. */
export interface TeamsAttachment {
  readonly contentType: string
  readonly content: Readonly<Record<string, unknown>>
  readonly [key: string]: unknown
}

/** The settings of a simulated Teams. */
export interface TeamsOptions extends ReceiverOptions<TeamsMessage> {
  /** Answers 429 to more than 4 requests in a second or 60 in thirty. @default false */
  readonly enforceRate?: boolean
}

/** A running workflow. */
export interface TeamsSimulator extends Receiver<TeamsMessage> {
  /** The trigger's URL with its signature, for `url` of a destination. */
  readonly url: string
  /** Accepted messages that Teams would not show, or not whole. */
  readonly problems: readonly TeamsMessage[]
  /** The workflow is gone: 404 WorkflowNotFound to everything, until `recover()`. */
  remove(): void
  /**
   * The workflow cannot be triggered: 400 WorkflowTriggerIsNotEnabled to everything, until
   * `recover()`. Power Automate words a deleted flow so as well. @default Suspended
   */
  disable(state?: 'Suspended' | 'Deleted'): void
  /** As the retired connectors did: 200 with the real status in the text, until `recover()`. */
  answerWithErrorInside(status?: 413 | 429): void
}

/** Microsoft's 28 KB, as its own error counts it (msteams-docs#11274). */
const MAX_BODY_BYTES = 28_672
/** Above this a run was seen to fail after its 202: Teams counts more than the body (msteams_hermes). */
const MAX_SHOWN_BYTES = 21_504
/** The narrower windows that Microsoft published for connectors: requests in milliseconds. */
const WINDOWS = [
  { requests: 4, ms: 1000 },
  { requests: 60, ms: 30_000 },
] as const

const CARD_TYPE = 'application/vnd.microsoft.card.adaptive'
const WORKFLOW_ID = '0f1e2d3c4b5a69788796a5b4c3d2e1f0'
const SIGNATURE = 'playgroundplaygroundplaygroundplaygroundpla'
const TRIGGER_PATTERN = /^\/workflows\/(\w+)\/triggers\/manual\/paths\/invoke$/
const TRIGGER_QUERY = `api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=${SIGNATURE}`

/** Starts a workflow. */
export async function createTeamsSimulator({
  enforceRate = false,
  onMessage,
  onRequest,
  clock = Date.now,
}: TeamsOptions = {}): Promise<TeamsSimulator> {
  const takeSlot = createWindows(WINDOWS, clock)
  const receiver = await startReceiver<TeamsMessage>({
    onMessage,
    onRequest,
    clock,
    rateLimitAnswer: rateLimited,
    judge(request) {
      const refusal = findDoorRefusal(request)
      if (refusal !== null) return refuse(refusal)
      const waitMs = enforceRate ? takeSlot() : 0
      return waitMs > 0 ? refuse(rateLimited(waitMs)) : judgeBody(request)
    },
  })
  return {
    ...receiver,
    get behaviour() {
      return receiver.behaviour
    },
    url: `${receiver.origin}/workflows/${WORKFLOW_ID}/triggers/manual/paths/invoke?${TRIGGER_QUERY}`,
    get problems() {
      return receiver.messages.filter(({ problems }) => problems.length > 0)
    },
    remove: () => receiver.answer(workflowNotFound(WORKFLOW_ID)),
    disable: (state = 'Suspended') => receiver.answer(notEnabled(state)),
    answerWithErrorInside: (status = 429) =>
      receiver.answer({
        status: 200,
        body: `Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error ${status} with ContextId tcid=0,server=msgapi-playground,cv=playgroundplaygroundpl.0..`,
        headers: { 'content-type': 'text/plain; charset=utf-8' },
      }),
  }
}

/** Checks path, version, signature and method, as the trigger does before it reads a body. */
function findDoorRefusal({ method, path }: PendingRequest): ReceiverAnswer | null {
  const { pathname, searchParams } = new URL(path, 'http://teams.invalid')
  const [, id] = TRIGGER_PATTERN.exec(pathname) ?? []
  if (id === undefined) return fail(404, 'ResourceNotFound', 'The resource could not be found.')
  if (id !== WORKFLOW_ID) return workflowNotFound(id)
  if (!searchParams.has('api-version')) {
    const text = 'The api-version query parameter (?api-version=) is required for all requests.'
    return fail(400, 'MissingApiVersionParameter', text)
  }
  if (!searchParams.has('sig')) {
    const text = 'The request must be authenticated only by Shared Access scheme.'
    return fail(401, 'DirectApiAuthorizationRequired', text)
  }
  const isSigned =
    searchParams.get('sig') === SIGNATURE &&
    searchParams.get('sp') === '/triggers/manual/run' &&
    searchParams.get('sv') === '1.0'
  if (!isSigned) {
    return fail(401, 'AuthorizationFailed', 'The authentication credentials are not valid.')
  }
  if (method === 'POST') return null
  const text = `The HTTP method for trigger 'manual' is not valid: expected 'POST' and actual '${method}'.`
  return fail(400, 'TriggerRequestMethodNotValid', text)
}

function judgeBody(request: PendingRequest): Verdict<TeamsMessage> {
  const bytes = Buffer.byteLength(request.body)
  if (bytes > MAX_BODY_BYTES) return refuse({ status: 413, body: 'request entity too large' })
  const isJson = (request.headers['content-type'] ?? '').startsWith('application/json')
  const payload = isJson ? parseJson(request.body) : undefined
  if (payload === undefined) {
    const text = "The input body for trigger 'manual' of type 'Request' must be of type JSON."
    return refuse(fail(400, 'InvalidRequestContent', text))
  }
  if (!isMessage(payload)) {
    const problem = findEnvelopeProblem(payload)
    const text = `The input body for trigger 'manual' of type 'Request' did not match its schema definition. Error details: '${problem}'`
    return refuse(fail(400, 'TriggerInputSchemaMismatch', text))
  }
  const { number, at, headers, path } = request
  const problems = payload.attachments.flatMap(({ content }) => findCardProblems(content))
  const isShown = bytes <= MAX_SHOWN_BYTES
  return {
    answer: { status: 202, body: '', headers: { 'x-ms-workflow-run-id': `playground${number}` } },
    message: {
      number,
      at,
      headers,
      path,
      payload,
      problems: isShown ? problems : [...problems, `message: ${bytes} bytes may not be shown`],
    },
  }
}

/** The trigger's schema: a message with attachments, each an Adaptive Card. */
function findEnvelopeProblem(payload: unknown): string | null {
  if (!isObject(payload)) return 'Invalid type. Expected Object.'
  if (payload['type'] !== 'message') return 'Required properties are missing from object: type.'
  const { attachments } = payload
  if (!Array.isArray(attachments) || attachments.length === 0) {
    return 'Required properties are missing from object: attachments.'
  }
  return attachments.every(isCard)
    ? null
    : 'Required properties are missing from object: contentType, content.'
}

function isCard(attachment: unknown): boolean {
  if (!isObject(attachment)) return false
  const { contentType, contentUrl = null, content } = attachment
  const isAdaptive = isObject(content) && content['type'] === 'AdaptiveCard'
  return contentType === CARD_TYPE && contentUrl === null && isAdaptive
}

function isMessage(payload: unknown): payload is TeamsPayload {
  return findEnvelopeProblem(payload) === null
}

function workflowNotFound(id: string): ReceiverAnswer {
  return fail(404, 'WorkflowNotFound', `The workflow '${id}' could not be found.`)
}

function notEnabled(state: string): ReceiverAnswer {
  const text = `Could not execute workflow '${WORKFLOW_ID}' trigger 'manual' with state '${state}': trigger is not enabled.`
  return fail(400, 'WorkflowTriggerIsNotEnabled', text)
}

function rateLimited(waitMs: number): ReceiverAnswer {
  return limitAnswer(waitMs, (seconds) => {
    const message = `Rate limit is exceeded. Try again in ${seconds} seconds.`
    return JSON.stringify({ error: { code: 'TooManyRequests', message } })
  })
}

function fail(status: number, code: string, message: string): ReceiverAnswer {
  return jsonAnswer(status, { error: { code, message } }, 'application/json; charset=utf-8')
}
