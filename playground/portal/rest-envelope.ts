/** The common parts of all REST calls of Bitrix24: the place of the token, and the `time` block. */
import type { IncomingMessage } from 'node:http'
import type { OperatingUse } from './conditions.ts'
import { readText } from './php-query.ts'
import type { Params } from './php-query.ts'

/** The access token of a call: the parameter `auth`, or the Bearer header. */
export function readAccessToken(request: IncomingMessage, params: Params): string | null {
  const parameter = readText(params, 'auth')
  if (parameter !== null) return parameter
  const header = request.headers.authorization ?? ''
  return header.startsWith('Bearer ') ? header.slice('Bearer '.length) : null
}

/** The `time` block. `now` in unix milliseconds; the simulated call takes no time. */
export function formatTime(now: number, use?: OperatingUse): Record<string, number | string> {
  const seconds = now / 1000
  const date = `${new Date(now).toISOString().slice(0, 19)}+00:00`
  return {
    start: seconds,
    finish: seconds,
    duration: 0,
    processing: 0,
    date_start: date,
    date_finish: date,
    operating_reset_at: use?.resetAt ?? Math.floor(seconds) + 600,
    operating: use?.operating ?? 0,
  }
}
