/**
 * The receiver `telegram`: a bot that writes to one chat (https://core.telegram.org/bots/api#sendmessage). The
 * bot's token stands in the path of every request, so the whole URL is a secret.
 */
import type { AddressPolicy } from '../../core/safety/address.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { parseAnswer } from '../answers/answer-words.ts'
import { createChatType, type LayoutTerms } from '../chat.ts'
import type { ChatEndpoint } from '../chat-endpoint.ts'
import type { Answer, DestinationType, Settings } from '../receiver.ts'
import { problemsOf, type SettingProblem } from '../settings/setting-problem.ts'
import { limitOf } from '../profile.ts'
import { TELEGRAM } from './profile.ts'
import { layOutTelegram } from './layout.ts'
import { findTagProblem } from './tags.ts'
import { inertTelegram, measureTelegram } from './text.ts'
import { readUrl } from '../settings/url-setting.ts'

const DEFAULT_SERVER = 'https://api.telegram.org'
const MAX_LENGTH = limitOf(TELEGRAM, 'text after entities are parsed')

// Telegram drops the entities after the hundredth without a word
// (github.com/rubenlagus/TelegramBots/issues/854), and text that has lost its <code> could become a link.
const MAX_ENTITIES = limitOf(TELEGRAM, 'entities')

// The tokens in Telegram's documentation, and all tokens seen, have 35 characters after the colon.
const TOKEN = /^\d{1,20}:([A-Za-z0-9_-]{35})$/
// An id has at most 52 significant bits (https://core.telegram.org/bots/api#chat).
const CHAT_ID = /^-?[1-9]\d{0,15}$/
const CHAT_NAME = /^@[A-Za-z]\w{3,31}$/

// The topic General has this number, and a message that names it is refused ("message thread not found"): it
// gets the messages that name no topic (https://core.telegram.org/api/forum#forum-topics).
const GENERAL = 1

// A shorter chat name is not masked in reasons, as harmless words would be masked with it.
const MIN_SECRET_LENGTH = 6

interface TelegramEndpoint extends ChatEndpoint {
  readonly chat: string
  readonly thread: number | null
  /** An own server may be older than `<tg-time>`. */
  readonly hasLocalTime: boolean
}

/** The parameters of `sendMessage`. */
interface TelegramMessage {
  readonly chat_id: string
  readonly message_thread_id?: number
  readonly text: string
  readonly parse_mode: 'HTML'
  readonly link_preview_options: { readonly is_disabled: true }
}

/** A Telegram bot. Delivered is 200 with `ok: true`. */
export const telegram: DestinationType = createChatType<TelegramEndpoint, TelegramMessage>({
  type: 'telegram',
  profile: TELEGRAM,
  open,
  layOut: (message, terms) => bodyOf(layOutTelegram(message, terms.endpoint), terms),
  layOutText: (text, _message, terms) => bodyOf(text, terms),
  escape: inertTelegram,
  fits: ({ text }) => isShort(text),
  findMarkupProblem: findTagProblem,
  findMove,
})

function open(
  settings: Settings,
  policy: AddressPolicy,
): Result<TelegramEndpoint, readonly SettingProblem[]> {
  const token = readToken(settings['token'])
  const chat = readChat(settings['chat'])
  const thread = readThread(settings['thread'])
  const server = readServer(settings['url'], policy)
  if (!token.ok || !chat.ok || !thread.ok || !server.ok) {
    return err(problemsOf(token, chat, thread, server))
  }
  const url = `${server.value}/bot${token.value}/sendMessage`
  return ok({
    url,
    paceKey: `${url} ${chat.value}`,
    secrets: [
      url,
      token.value,
      token.value.slice(token.value.indexOf(':') + 1),
      ...(chat.value.length >= MIN_SECRET_LENGTH ? [chat.value] : []),
    ],
    policy,
    chat: chat.value,
    thread: thread.value,
    hasLocalTime: server.value === DEFAULT_SERVER,
  })
}

function readToken(value: unknown): Result<string, SettingProblem> {
  if (typeof value === 'string' && TOKEN.test(value)) return ok(value)
  const problem = 'Must be a bot token as BotFather gives it: digits, a colon and 35 characters'
  return err({ setting: 'token', problem })
}

function readChat(value: unknown): Result<string, SettingProblem> {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text === 'string' && (CHAT_ID.test(text) || CHAT_NAME.test(text))) return ok(text)
  const problem = 'Must be the @name of a public chat or the number of a chat, like -1001234567890'
  return err({ setting: 'chat', problem })
}

function readThread(value: unknown): Result<number | null, SettingProblem> {
  if (value === undefined || value === null) return ok(null)
  const thread = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  if (thread === GENERAL) return ok(null)
  if (typeof thread === 'number' && Number.isSafeInteger(thread) && thread > 0) return ok(thread)
  const problem = 'Must be the positive whole number of a topic in the chat, or be left out'
  return err({ setting: 'thread', problem })
}

function readServer(value: unknown, policy: AddressPolicy): Result<string, SettingProblem> {
  const url = readUrl(value ?? DEFAULT_SERVER, policy)
  if (!url.ok) return url
  const { pathname, search, hash, origin } = url.value
  if (pathname === '/' && search === '' && hash === '') return ok(origin)
  const problem = `Must be a Bot API server without a path, like ${DEFAULT_SERVER}: the token has its own setting`
  return err({ setting: 'url', problem })
}

function bodyOf(
  text: string,
  { endpoint, memory }: LayoutTerms<TelegramEndpoint>,
): TelegramMessage {
  const { chat, thread } = endpoint
  return {
    chat_id: memory.movedTo ?? chat,
    ...(thread !== null && { message_thread_id: thread }),
    text,
    parse_mode: 'HTML',
    link_preview_options: { is_disabled: true },
  }
}

function isShort(html: string): boolean {
  const { length, entities } = measureTelegram(html)
  return length <= MAX_LENGTH && entities <= MAX_ENTITIES
}

/** A group that becomes a supergroup gets a new id; the answer to a message to the old id tells it. */
function findMove({ status, body }: Answer): string | null {
  if (status !== 400) return null
  const parameters = parseAnswer(body).json?.['parameters']
  if (typeof parameters !== 'object' || parameters === null) return null
  if (!('migrate_to_chat_id' in parameters)) return null
  const id = String(parameters.migrate_to_chat_id)
  // Only groups move, and their ids are negative.
  return CHAT_ID.test(id) && id.startsWith('-') ? id : null
}
