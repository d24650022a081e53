/** Reads names of a portal's users out of answers to `user.get` (docs/bitrix24.md#user-names). */
import type { Json } from '../../core/log/event.ts'
import { isJsonObject } from '../wire/json.ts'
import { IdSchema, parseOrNull } from '../wire/wire-schemas.ts'

const MAX_NAME_LENGTH = 200

/** Returns first and last name in the `result` of `user.get`; null when it does not name that user. */
export function userNameOf(userId: number, result: Json | undefined): string | null {
  const users: readonly Json[] = Array.isArray(result) ? result : []
  const user = users.find((row) => isJsonObject(row) && parseOrNull(IdSchema, row['ID']) === userId)
  if (!isJsonObject(user)) return null
  const parts = [user['NAME'], user['LAST_NAME']]
  const name = parts
    .map((part) => (typeof part === 'string' ? part.trim() : ''))
    .filter((part) => part !== '')
    .join(' ')
  return name === '' ? null : Array.from(name).slice(0, MAX_NAME_LENGTH).join('')
}
