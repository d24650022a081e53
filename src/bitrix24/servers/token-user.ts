/** Asks a portal to which of its users an access token belongs. */
import * as v from 'valibot'
import { err, ok } from '../../core/result.ts'
import type { Result } from '../../core/result.ts'
import { IntegerSchema } from './answer-schemas.ts'
import { callRest } from './rest-client.ts'
import type { RestDeps } from './rest-client.ts'
import { MALFORMED_ANSWER, type RestError } from './rest-error.ts'

/** The user of an access token, as the portal itself answers. */
export interface TokenUser {
  readonly userId: number
  readonly isAdmin: boolean
}

const TokenUserSchema = v.object({
  result: v.object({ ID: IntegerSchema, ADMIN: v.optional(v.unknown()) }),
})

/**
 * Asks a verified portal for the user of an access token, by the method `profile`. The user is an
 * administrator only when `ADMIN` is exactly `true` (docs/bitrix24.md#install).
 */
export async function askTokenUser(
  clientEndpoint: string,
  accessToken: string,
  deps: RestDeps,
): Promise<Result<TokenUser, RestError>> {
  const request = { endpoint: clientEndpoint, method: 'profile', token: accessToken }
  const answer = await callRest(request, deps)
  if (!answer.ok) return answer
  const parsed = v.safeParse(TokenUserSchema, answer.value)
  if (!parsed.success) return err(MALFORMED_ANSWER)
  const { ID, ADMIN } = parsed.output.result
  return ok({ userId: ID, isAdmin: ADMIN === true })
}
