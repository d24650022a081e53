/**
 * Decodes the text of a body. No event is refused because it is long or deep. The event of a known caller is read
 * with wide limits; one that is beyond them too is quarantined with its outline.
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

/**
 * The longest body, in UTF-16 units, that is decoded for a stranger; Bitrix24's own events have less than 2,000. The
 * search for tokens takes 1 ms in the worst body of this length, and more than 50 in one of 256 KiB
 * (scripts/measure-decoder.ts).
 */
export const LIGHT_BODY = 8 * 1024

/**
 * Decodes a body of at most 256 KiB, at a cost that a stranger may cause. Of an event only the sender is read; the rest
 * is decoded when it is asked for.
 */
export function decodeBody(body: string, form: BodyForm): Result<IncomingRequest, DecodeReason> {
  const { isForm, query } = form
  const parsed = isForm ? parseForm(body) : parseJson(body)
  if (parsed.ok) {
    const decoded = decodeRequest(parsed.value, query)
    if (!decoded.ok || decoded.value.kind !== 'event') return decoded
    return ok({ ...decoded.value, isCostly: body.length > LIGHT_BODY })
  }
  const reason = parsed.error
  if (reason === 'invalid_json') return err('malformed')
  const outline = isForm ? readFormOutline(body) : readJsonOutline(body)
  if (outline === null) return err('malformed')
  const decoded = decodeRequest(outline, query)
  if (!decoded.ok || decoded.value.kind !== 'event') return decoded
  const request = decoded.value
  const decode = () => decodeWhole(body, form) ?? quarantine(request.decode(), reason, body.length)
  return ok({ ...request, isCostly: true, decode })
}

/** Decodes the whole body of an event with wide limits; null when it is beyond them too. */
function decodeWhole(body: string, { isForm, query }: BodyForm): RelayEvent | null {
  const parsed = isForm ? parseForm(body, WIDE_LIMITS) : parseJson(body, WIDE_LIMITS)
  if (!parsed.ok) return null
  const decoded = decodeRequest(parsed.value, query)
  return decoded.ok && decoded.value.kind === 'event' ? decoded.value.decode() : null
}

function quarantine(
  event: RelayEvent,
  quarantined: QuarantineReason,
  bodyLength: number,
): RelayEvent {
  return { ...event, field: null, quarantined, bodyLength }
}
