/** The outcome of one attempt: every receiver gives such a value, and every lane obeys it. */

/**
 * A reason that does not depend on the kind of receiver.
 *
 * Before anything is sent: `cannot_render` (a bug of ours with this one message), `misconfigured`, `no_value`
 * (the destination asks for a value that the portal does not have), `refused_address`.
 * Without an answer: `timeout`, `network_error`. By the answer: `redirect`, `rate_limited`, `moved` (the
 * receiver names a new place for the second time), `unexpected_body` (its status is that of a success),
 * `gone`, `handshake_refused`, and `http_503` and the like where the receiver says nothing better.
 */
export type CommonReason =
  | 'cannot_render'
  | 'misconfigured'
  | 'no_value'
  | 'refused_address'
  | 'timeout'
  | 'network_error'
  | 'redirect'
  | 'rate_limited'
  | 'moved'
  | 'unexpected_body'
  | 'gone'
  | 'handshake_refused'
  | `http_${number}`

/**
 * A reason that only some kinds of receivers know. Their profiles say which answer has which reason, and
 * docs/receivers.md lists both; a profile with another word does not compile.
 */
export type ProfileReason =
  | 'action_prohibited'
  | 'bot_blocked'
  | 'bot_kicked'
  | 'bot_not_member'
  | 'cannot_parse_entities'
  | 'channel_is_archived'
  | 'channel_locked'
  | 'channel_not_found'
  | 'chat_deleted'
  | 'chat_moved'
  | 'chat_not_found'
  | 'empty_message'
  | 'invalid_argument'
  | 'invalid_blocks'
  | 'invalid_blocks_format'
  | 'invalid_form_body'
  | 'invalid_payload'
  | 'invalid_request_content'
  | 'invalid_token'
  | 'invalid_webhook_token'
  | 'message_empty'
  | 'message_too_long'
  | 'missing_text_or_fallback_or_attachments'
  | 'msg_blocks_too_long'
  | 'no_active_hooks'
  | 'no_permission'
  | 'no_rights'
  | 'no_service'
  | 'no_service_id'
  | 'no_team'
  | 'no_text'
  | 'permission_denied'
  | 'posting_to_general_channel_denied'
  | 'request_entity_too_large'
  | 'rollup_error'
  | 'schema_mismatch'
  | 'space_not_found'
  | 'team_disabled'
  | 'thread_locked'
  | 'thread_needed'
  | 'thread_not_found'
  | 'too_large'
  | 'too_long'
  | 'too_many_attachments'
  | 'topic_closed'
  | 'unauthenticated'
  | 'unknown_webhook'
  | 'user_deactivated'
  | 'user_not_found'
  | 'webhook_not_found'
  | 'webhooks_disabled'
  | 'workflow_disabled'
  | 'workflow_not_found'
  | 'wrong_key'
  | 'wrong_signature'
  | 'wrong_token'
  | 'wrong_url'

/** The reason why an attempt failed, as operators see it: a stable word that never holds text of a receiver. */
export type OutcomeReason = CommonReason | ProfileReason

/**
 * The outcome of one attempt.
 * - `delivered`: the receiver has it. `holdMs`, where set, is how long it asks for no further message.
 * - `unreachable`: the trouble may pass; try again. `retryAfterMs` is the receiver's own wish, not yet limited.
 * - `rejected`, scope `message`: this message is never taken; park it and go on.
 * - `rejected`, scope `endpoint`: no message is taken; disable the lane, and let its events wait.
 *   `probe: false` forbids the daily try.
 *
 * `detail` is text of the receiver, with every secret taken out before it is stored.
 */
export type DeliveryOutcome =
  | { readonly kind: 'delivered'; readonly status: number; readonly holdMs?: number }
  | {
      readonly kind: 'unreachable'
      readonly reason: OutcomeReason
      readonly status: number | null
      readonly retryAfterMs: number | null
      readonly detail: string | null
    }
  | {
      readonly kind: 'rejected'
      readonly scope: 'message' | 'endpoint'
      readonly reason: OutcomeReason
      readonly status: number | null
      readonly probe: boolean
      readonly detail: string | null
    }
