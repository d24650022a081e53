/**
 * Asks a portal which events it offers. The method `events` without parameters answers the events that the scopes of
 * the application allow, and with FULL those of all scopes (docs/bitrix24.md#handlers).
 */
import { canonicalName } from '../../core/events/event-names.ts'
import type { EventOffer } from '../../core/events/missing-events.ts'
import type { Json } from '../../core/log/event.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { callCommands } from '../servers/commands.ts'
import type { CallPortal } from '../servers/rest-client.ts'
import { MALFORMED_ANSWER, type RestError } from '../servers/rest-error.ts'
import type { JsonObject } from '../wire/json.ts'

/** Asks both questions in one request. Without a list as answer to the first one the portal has told nothing. */
export async function askOffer(call: CallPortal): Promise<Result<EventOffer, RestError>> {
  const answers = await callCommands(
    [
      { key: 'own', method: 'events', params: {} },
      { key: 'all', method: 'events', params: { FULL: 1 } },
    ],
    call,
  )
  if (!answers.ok) return answers
  const own = namesIn(answers.value.get('own'))
  // Every application is offered the events about itself, so an empty list is no answer.
  return own === null || own.length === 0
    ? err(MALFORMED_ANSWER)
    : ok({ own, all: namesIn(answers.value.get('all')) })
}

function namesIn(answer: Result<JsonObject, RestError> | undefined): readonly string[] | null {
  const result: Json | undefined = answer?.ok ? answer.value['result'] : undefined
  if (!Array.isArray(result)) return null
  const rows: readonly Json[] = result
  const names = rows.map((row) => (typeof row === 'string' ? canonicalName(row) : null))
  return [...new Set(names.filter((name) => name !== null))]
}
