/** A decoded request as a test compares it: with its event in the place of the function that decodes it. */
import type { EventRequest, IncomingRequest } from '../../../src/bitrix24/wire/request.ts'
import type { RelayEvent } from '../../../src/core/log/event.ts'
import { ok, type Result } from '../../../src/core/result.ts'

/** A request whose event is decoded. */
export type ReadRequest =
  | Exclude<IncomingRequest, EventRequest>
  | (Omit<EventRequest, 'decode' | 'isCostly'> & { readonly event: RelayEvent })

/** Decodes the event of a request, if it is one. */
export function withEvent<E>(result: Result<IncomingRequest, E>): Result<ReadRequest, E> {
  if (!result.ok || result.value.kind !== 'event') return result as Result<ReadRequest, E>
  const { decode, isCostly: _, ...rest } = result.value
  return ok({ ...rest, event: decode() })
}
