/**
 * A simulated Telegram Bot API server with one bot: sendMessage with the real limits and error
 * strings, groups that become supergroups, and the pace of one message a second and 20 a minute per
 * chat when that is switched on (limits: core.telegram.org/bots/faq).
 */
import { isObject, parseJson, showValue } from './json.ts'
import type { JsonObject } from './json.ts'
import { createWindows } from './pace.ts'
import { jsonAnswer, limitAnswer, refuse, startReceiver } from './receiver.ts'
import type {
  PendingRequest,
  ReceivedMessage,
  Receiver,
  ReceiverAnswer,
  ReceiverOptions,
  Verdict,
} from './receiver.ts'
import { parseTelegramHtml } from './telegram-html.ts'
import type { TelegramEntity, TelegramHtml } from './telegram-html.ts'
import { findKeyboardError } from './telegram-keyboard.ts'

/** "1-4096 characters after entities parsing"; counted in UTF-16 units, the strictest reading. */
const MAX_TEXT = 4096
const RATE_LIMITS = [
  { requests: 1, ms: 1000 },
  { requests: 20, ms: 60_000 },
] as const

/** A chat that the bot is a member of. */
export interface TelegramChat {
  /** As a number in text, for example `-1001234567890`, or `@channel`. */
  readonly id: string
  /** The threads of a forum, for `message_thread_id`. @default [] */
  readonly topics?: readonly number[]
}

/** One accepted message. */
export interface TelegramMessage extends ReceivedMessage {
  /** The path with `<token>` for the token. */
  readonly path: string
  /** The parameters as they came. */
  readonly payload: JsonObject
  /** The chat it went to. */
  readonly chat: string
  /** The text without tags, as a reader sees it. */
  readonly text: string
  readonly entities: readonly TelegramEntity[]
}

/** The settings of a simulated Telegram. */
export interface TelegramOptions extends ReceiverOptions<TelegramMessage> {
  /** Answers 429 to more than one message a second or 20 a minute in a chat. @default false */
  readonly enforceRate?: boolean
  /** The bot's chats. @default one supergroup with the topic 7 */
  readonly chats?: readonly [TelegramChat, ...TelegramChat[]]
}

/** A running Telegram. */
export interface TelegramSimulator extends Receiver<TelegramMessage> {
  /** The Bot API server, without a path: methods are at `/bot<token>/…`. */
  readonly url: string
  /** The bot's token. */
  readonly token: string
  /** The first of its chats; the same after `migrateTo`. */
  readonly chat: string
  /** Makes the first chat a supergroup with a new id: the old id only tells the new one from now on. */
  migrateTo(newChat: string): void
}

const TOKEN = '1234567890:AAPlaygroundPlaygroundPlayground000'
const DEFAULT_CHATS: readonly [TelegramChat] = [{ id: '-1001234567890', topics: [7] }]

/** Telegram's answers when the bot has lost a chat or topic, for `answer()`. */
export const TELEGRAM_ANSWERS = {
  blocked: telegramError(403, 'Forbidden: bot was blocked by the user'),
  kicked: telegramError(403, 'Forbidden: bot was kicked from the supergroup chat'),
  topicClosed: telegramError(400, 'Bad Request: TOPIC_CLOSED'),
  topicDeleted: telegramError(400, 'Bad Request: message thread not found'),
  chatNotFound: telegramError(400, 'Bad Request: chat not found'),
  unauthorized: telegramError(401, 'Unauthorized'),
} as const

/** Starts a Telegram. */
export async function createTelegramSimulator({
  enforceRate = false,
  chats = DEFAULT_CHATS,
  onMessage,
  onRequest,
  clock = Date.now,
}: TelegramOptions = {}): Promise<TelegramSimulator> {
  const [first] = chats
  const world: TelegramWorld = {
    chats: new Map(chats.map((chat) => [chat.id, chat])),
    ids: [first.id],
    migrated: new Map(),
    messages: 0,
  }
  const takers = new Map<string, () => number>()
  const receiver = await startReceiver<TelegramMessage>({
    rateLimitAnswer: rateLimited,
    onMessage,
    onRequest,
    clock,
    judge(request) {
      const verdict = judgeRequest(request, world)
      if (verdict.message === null || !enforceRate) return verdict
      const { chat } = verdict.message
      const takeSlot = takers.get(chat) ?? createWindows(RATE_LIMITS, clock)
      takers.set(chat, takeSlot)
      const waitMs = takeSlot()
      return waitMs === 0 ? verdict : refuse(rateLimited(waitMs))
    },
  })
  return {
    ...receiver,
    get behaviour() {
      return receiver.behaviour
    },
    url: receiver.origin,
    token: TOKEN,
    chat: first.id,
    migrateTo(newChat) {
      // Each former id of the chat tells the newest one.
      for (const old of world.ids) world.migrated.set(old, newChat)
      world.ids.push(newChat)
      world.chats.set(newChat, { ...first, id: newChat })
    },
  }
}

interface TelegramWorld {
  readonly chats: Map<string, TelegramChat>
  /** All ids of the first chat, the newest last. */
  readonly ids: string[]
  /** From an old id to the new one. */
  readonly migrated: Map<string, string>
  messages: number
}

function judgeRequest(request: PendingRequest, world: TelegramWorld): Verdict<TelegramMessage> {
  const [, token, method] = /^\/bot([^/]+)\/([^/?]+)$/.exec(request.path) ?? []
  if (token === undefined || method === undefined) return refuse(telegramError(404, 'Not Found'))
  if (token !== TOKEN) return refuse(TELEGRAM_ANSWERS.unauthorized)
  // Method names are not case-sensitive (core.telegram.org/bots/api#making-requests).
  if (method.toLowerCase() !== 'sendmessage') return refuse(telegramError(404, 'Not Found'))
  // The real server also takes GET; a message in a URL ends up in logs, so here it has no parameters.
  const parameters = request.method === 'POST' ? parseParameters(request) : {}
  if (parameters === null) return refuse(telegramError(400, "Bad Request: can't parse JSON object"))
  return judgeMessage(request, { parameters, world })
}

function judgeMessage(
  { number, at, headers, path }: PendingRequest,
  { parameters, world }: { parameters: JsonObject; world: TelegramWorld },
): Verdict<TelegramMessage> {
  const chatId = parameters['chat_id']
  if (chatId === undefined || chatId === '')
    return refuse(telegramError(400, 'Bad Request: chat_id is empty'))
  const parsed = parseText(parameters)
  if (!parsed.ok) return refuse(telegramError(400, `Bad Request: ${parsed.error}`))
  const chat = world.chats.get(showValue(chatId))
  if (chat === undefined) return refuse(TELEGRAM_ANSWERS.chatNotFound)
  const newId = world.migrated.get(chat.id)
  if (newId !== undefined) return refuse(migratedAnswer(newId))
  const error = findPlaceError(parameters, chat)
  if (error !== null) return refuse(telegramError(400, `Bad Request: ${error}`))
  const { text, entities } = parsed
  const result = {
    message_id: ++world.messages,
    date: Math.floor(at / 1000),
    chat: { id: Number(chat.id), type: 'supergroup' },
    text,
    ...(entities.length === 0 ? {} : { entities }),
  }
  return {
    answer: jsonAnswer(200, { ok: true, result }),
    message: {
      number,
      at,
      headers,
      path: path.replace(TOKEN, '<token>'),
      payload: parameters,
      chat: chat.id,
      text,
      entities,
    },
  }
}

/** JSON or a form; null when JSON is announced and none comes. */
function parseParameters({ body, headers }: PendingRequest): JsonObject | null {
  const type = (headers['content-type'] ?? '').toLowerCase()
  if (type.startsWith('application/json')) {
    const value = parseJson(body)
    return isObject(value) ? value : null
  }
  if (type.startsWith('application/x-www-form-urlencoded')) {
    return Object.fromEntries(new URLSearchParams(body))
  }
  return {}
}

function parseText({ text, parse_mode: mode }: JsonObject): TelegramHtml {
  if (typeof text !== 'string' || text === '') return { ok: false, error: 'message text is empty' }
  const parsed = parseByMode(text, mode)
  if (!parsed.ok) return parsed
  if (parsed.text.trim() === '') return { ok: false, error: 'message text is empty' }
  if (parsed.text.length > MAX_TEXT) return { ok: false, error: 'message is too long' }
  return parsed
}

function parseByMode(text: string, mode: unknown): TelegramHtml {
  if (mode === undefined || mode === '') return { ok: true, text, entities: [] }
  if (typeof mode === 'string' && mode.toLowerCase() === 'html') {
    const parsed = parseTelegramHtml(text)
    return parsed.ok ? parsed : { ok: false, error: `can't parse entities: ${parsed.error}` }
  }
  // The Markdown modes exist, but nothing here may use them: they need 18 characters escaped.
  return { ok: false, error: 'unsupported parse_mode' }
}

function findPlaceError(parameters: JsonObject, { topics = [] }: TelegramChat): string | null {
  const thread = parameters['message_thread_id']
  if (thread !== undefined && !topics.includes(Number(thread))) return 'message thread not found'
  return findKeyboardError(parameters['reply_markup'])
}

function migratedAnswer(newId: string): ReceiverAnswer {
  const description = 'Bad Request: group chat was upgraded to a supergroup chat'
  const parameters = { migrate_to_chat_id: Number(newId) }
  return jsonAnswer(400, { ok: false, error_code: 400, description, parameters })
}

function rateLimited(waitMs: number): ReceiverAnswer {
  return limitAnswer(waitMs, (seconds) =>
    JSON.stringify({
      ok: false,
      error_code: 429,
      description: `Too Many Requests: retry after ${seconds}`,
      parameters: { retry_after: seconds },
    }),
  )
}

function telegramError(status: number, description: string): ReceiverAnswer {
  return jsonAnswer(status, { ok: false, error_code: status, description })
}
