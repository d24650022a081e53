/**
 * The reasons of failed attempts in words, with what ends each of them. The set of reasons is closed: a receiver with a
 * new word does not compile until it stands here.
 */
import type { ParkReason } from '../../core/lanes/state/fate.ts'
import type { DisabledReason } from '../../core/lanes/state/lane-state.ts'

/** Every reason that a lane or a fate shows. */
export type FailureReason = ParkReason | DisabledReason

/** A reason in words. */
export interface ReasonWords {
  readonly meaning: string
  /** The act of the operator that ends it. */
  readonly remedy: string
}

/** The remedies; several reasons share one. */
const REMEDIES = {
  wait: 'The relay tries again by itself. If it lasts, ask whoever runs the receiver',
  address:
    'Make a new webhook at the receiver and put its address into this destination: the lane goes on as soon as the setting changes',
  place: 'Set it right at the receiver, for example bring the channel back, and press Resume',
  rights: 'Give the rights at the receiver, or use another address or token, and press Resume',
  message:
    'Only this message is concerned, and the lane went on. Replay it when the receiver or the template has changed',
  settings: 'Correct the settings of this destination: /healthz names what is wrong',
  value: 'Store the value for this portal, see "Values" in docs/admin-api.md',
  report: 'This is a mistake of the relay: please report it with the number of the event',
  replay: 'Replay it when its time has come',
} as const

type Remedy = keyof typeof REMEDIES

type NamedReason = Exclude<FailureReason, `http_${number}`>

/** For each reason its remedy and, where its own words do not say it, its meaning. */
const REASONS: Readonly<Record<NamedReason, readonly [Remedy, string?]>> = {
  set_aside: ['replay', 'An operator has set it aside'],
  rejects_everything: ['place', 'The receiver has rejected many messages in a row'],
  cannot_render: ['report', 'The message could not be made'],
  misconfigured: ['settings', 'A setting of the destination is wrong'],
  no_value: ['value', 'The destination asks for a value that this portal does not have'],
  refused_address: [
    'settings',
    'The address is one that the relay never calls, for example a private one',
  ],
  timeout: ['wait', 'The receiver did not answer in time'],
  network_error: ['wait', 'The receiver could not be reached'],
  redirect: ['settings', 'The receiver answered with a redirect, which the relay never follows'],
  rate_limited: ['wait', 'The receiver asks for fewer messages'],
  moved: ['settings', 'The receiver has named a new address for the second time'],
  unexpected_body: ['wait', 'The status of the answer is that of a success, and its body is not'],
  gone: ['address', 'The receiver says that the address is gone for good'],
  handshake_refused: ['rights', 'The receiver does not allow the relay to send'],
  action_prohibited: ['place'],
  bot_blocked: ['rights', 'The person has blocked the bot'],
  bot_kicked: ['rights', 'The bot was removed from the chat'],
  bot_not_member: ['rights', 'The bot is not a member of the chat'],
  cannot_parse_entities: ['message', 'The receiver does not understand the layout of the message'],
  channel_is_archived: ['place'],
  channel_locked: ['place'],
  channel_not_found: ['place'],
  chat_deleted: ['address'],
  chat_moved: ['settings', 'The chat has a new id'],
  chat_not_found: ['settings'],
  empty_message: ['message'],
  invalid_argument: ['message'],
  invalid_blocks: ['message'],
  invalid_blocks_format: ['message'],
  invalid_form_body: ['message'],
  invalid_payload: ['message'],
  invalid_request_content: ['message'],
  invalid_token: ['address'],
  invalid_webhook_token: ['address'],
  message_empty: ['message'],
  message_too_long: ['message'],
  missing_text_or_fallback_or_attachments: ['message'],
  msg_blocks_too_long: ['message'],
  no_active_hooks: ['address'],
  no_permission: ['rights'],
  no_rights: ['rights'],
  no_service: ['address', 'The webhook was removed'],
  no_service_id: ['address', 'The webhook was removed'],
  no_team: ['address', 'The workspace does not exist'],
  no_text: ['message'],
  permission_denied: ['rights'],
  posting_to_general_channel_denied: ['rights'],
  request_entity_too_large: ['message'],
  rollup_error: ['wait', 'The receiver failed inside'],
  schema_mismatch: ['message'],
  space_not_found: ['address'],
  team_disabled: ['place'],
  thread_locked: ['place'],
  thread_needed: ['settings', 'The channel takes messages in threads only'],
  thread_not_found: ['settings'],
  too_large: ['message'],
  too_long: ['message'],
  too_many_attachments: ['message'],
  topic_closed: ['place'],
  unauthenticated: ['rights'],
  unknown_webhook: ['address'],
  user_deactivated: ['settings'],
  user_not_found: ['settings'],
  webhook_not_found: ['address'],
  webhooks_disabled: ['place'],
  workflow_disabled: ['place'],
  workflow_not_found: ['address'],
  wrong_key: ['address'],
  wrong_signature: ['settings'],
  wrong_token: ['address'],
  wrong_url: ['address'],
}

/** Tells a reason in words. */
export function explainReason(reason: FailureReason): ReasonWords {
  if (isStatus(reason)) {
    const status = Number(reason.slice('http_'.length))
    return {
      meaning:
        status < 500 && status !== 429
          ? 'The receiver refused it'
          : 'The receiver failed or was too busy',
      remedy: REMEDIES[remedyOf(status)],
    }
  }
  // A word of a later version is told as it is.
  const [remedy, meaning] = Object.hasOwn(REASONS, reason) ? REASONS[reason] : (['report'] as const)
  return { meaning: meaning ?? sentenceOf(reason), remedy: REMEDIES[remedy] }
}

function isStatus(reason: FailureReason): reason is `http_${number}` {
  return /^http_\d+$/.test(reason)
}

function remedyOf(status: number): Remedy {
  if (status === 401 || status === 403) return 'rights'
  if (status === 404 || status === 410) return 'address'
  return status < 500 && status !== 408 && status !== 429 ? 'message' : 'wait'
}

/** `channel_is_archived` is "Channel is archived". */
function sentenceOf(reason: string): string {
  const words = reason.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
