/** The facts about the receiver "Telegram bot", as data. */
import { SECOND_MS, MINUTE_MS } from '../../core/durations.ts'
import { part, type Profile } from '../profile.ts'

/** The Telegram Bot API. */
export const TELEGRAM = {
  title: 'Telegram bot',
  sources: [
    'https://core.telegram.org/bots/api#sendmessage',
    'https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this',
  ],
  settings: [
    { name: 'token', meaning: 'the token of the bot, from @BotFather' },
    {
      name: 'chat',
      meaning:
        '`@name` or the number of the chat, for example `-1001234567890`. When a group gets a new number, the relay goes on there',
    },
    {
      name: 'thread',
      meaning: 'the number of a topic in the chat, 1 for the topic General; optional',
    },
    {
      name: 'url',
      meaning: 'the address of the Bot API server; default `https://api.telegram.org`',
    },
  ],
  success: { statuses: [200], body: 'json_ok' },
  limits: [
    { what: 'text after entities are parsed', max: 4096, unit: 'characters' },
    { what: 'entities', max: 100, unit: 'items' },
    { what: 'template', max: 4096, unit: 'characters' },
  ],
  pace: [
    { count: 1, ms: SECOND_MS },
    { count: 20, ms: MINUTE_MS },
  ],
  paceScope: 'url and chat',
  paceHeaders: false,
  carefulMs: 10 * SECOND_MS,
  errors: [
    part('retry after', 'rate_limited', 'wait'),
    part('chat not found', 'chat_not_found', 'endpoint'),
    part('message thread not found', 'thread_not_found', 'endpoint'),
    part('topic_closed', 'topic_closed', 'endpoint'),
    part('bot was blocked', 'bot_blocked', 'endpoint'),
    part('bot was kicked', 'bot_kicked', 'endpoint'),
    part('bot is not a member', 'bot_not_member', 'endpoint'),
    part('not enough rights', 'no_rights', 'endpoint'),
    part('need administrator rights', 'no_rights', 'endpoint'),
    part('have no rights to send', 'no_rights', 'endpoint'),
    part('chat_write_forbidden', 'no_rights', 'endpoint'),
    part('topic_deleted', 'thread_not_found', 'endpoint'),
    part('peer_id_invalid', 'chat_not_found', 'endpoint'),
    part('chat_id is empty', 'chat_not_found', 'endpoint'),
    part('group chat was upgraded', 'chat_moved', 'endpoint'),
    part('group chat was deleted', 'chat_deleted', 'endpoint_gone'),
    part('group chat was deactivated', 'chat_deleted', 'endpoint_gone'),
    part('user is deactivated', 'user_deactivated', 'endpoint_gone'),
    part('message is too long', 'message_too_long', 'message'),
    part('message text is empty', 'message_empty', 'message'),
    part("can't parse entities", 'cannot_parse_entities', 'message'),
  ],
  statuses: [
    { statuses: [400, 413], class: 'message' },
    { statuses: [401, 404], class: 'endpoint', reason: 'wrong_token' },
    { statuses: [403], class: 'endpoint' },
  ],
  secretParts: 'the token in the path, and the chat',
} as const satisfies Profile
