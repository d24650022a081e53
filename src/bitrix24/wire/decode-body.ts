/**
 * Decodes the text of a body. Nothing that a portal sends is refused for being long or deep: for a caller whom
 * the edge knows it is read with wide limits, and what is beyond them is quarantined with its outline.
 */
import type { QuarantineReason, RelayEvent } from '../../core/log/event.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { decodeRequest, type DecodeReason } from './decode-request.ts'
import { parseForm } from './form.ts'
import { parseJson, WIDE_LIMITS } from './json.ts'
import { readFormOutline, readJsonOutline } from './outline.ts'
import type { IncomingRequest } from './request.ts'

/** The form of a body, and the parameters of its URL. */
export interface BodyForm {
  readonly isForm: boolean
  readonly query: Readonly<Record<string, string>>
}

/** Decodes a body of at most 256 KiB, at a cost that a stranger may cause. */
export function decodeBody(body: string, form: BodyForm): Result<IncomingRequest, DecodeReason> {
  const { isForm, query } = form
  const parsed = isForm ? parseForm(body) : parseJson(body)
  if (parsed.ok) return decodeRequest(parsed.value, query)
  const reason = parsed.error
  if (reason === 'invalid_json') return err('malformed')
  const outline = isForm ? readFormOutline(body) : readJsonOutline(body)
  if (outline === null) return err('malformed')
  const decoded = decodeRequest(outline, query)
  if (!decoded.ok || decoded.value.kind !== 'event') return decoded
  const request = decoded.value
  const event = quarantine(request.event, reason, body.length)
  return ok({ ...request, event, decodeWhole: () => decodeWhole(body, form) })
}

function decodeWhole(body: string, { isForm, query }: BodyForm): RelayEvent | null {
  const parsed = isForm ? parseForm(body, WIDE_LIMITS) : parseJson(body, WIDE_LIMITS)
  if (!parsed.ok) return null
  const decoded = decodeRequest(parsed.value, query)
  return decoded.ok && decoded.value.kind === 'event' ? decoded.value.event : null
}

function quarantine(
  event: RelayEvent,
  quarantined: QuarantineReason,
  bodyLength: number,
): RelayEvent {
  return { ...event, field: null, quarantined, bodyLength }
}
