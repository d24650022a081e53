/** One call of a REST method, and what a method answers. */
import type { Result } from '../../src/core/result.ts'
import type { Params } from './php-query.ts'
import type { PortalUser } from './portal-state.ts'
import type { RestError } from './rest-error.ts'

/** One verified call. */
export interface RestCall {
  readonly params: Params
  readonly user: PortalUser
  /** The application's token, or an incoming webhook's URL. */
  readonly via: 'app' | 'webhook'
  readonly scope: readonly string[]
}

/** A method's success; `total` and `next` only for lists. */
export interface RestAnswer {
  readonly result: unknown
  readonly total?: number
  readonly next?: number
}

/** A method's answer. */
export type RestResult = Result<RestAnswer, RestError>

/** One method. */
export type RestMethod = (call: RestCall) => RestResult
