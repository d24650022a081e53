/**
 * The receiver `googlechat`: an incoming webhook of a Google Chat space
 * (https://developers.google.com/workspace/chat/quickstart/webhooks). Messages about one field share a
 * thread; without the option for replies Chat would open a new thread for each message.
 */
import { createChatType } from '../chat.ts'
import { openByUrl, type UrlEndpoint } from '../chat-endpoint.ts'
import type { DestinationType } from '../receiver.ts'
import { layOutGoogleChat, layOutGoogleChatText } from './layout.ts'
import { inertGoogleChat } from './text.ts'
import { limitOf } from '../profile.ts'
import { GOOGLE_CHAT } from './profile.ts'
import { secretsOfUrl } from '../settings/url-setting.ts'

const HOST = 'chat.googleapis.com'
const PATH = /^\/v1\/spaces\/[\w-]+\/messages$/
const REPLY_OPTION = 'messageReplyOption'
const MAX_TEXT = limitOf(GOOGLE_CHAT, 'text')
const MAX_BYTES = limitOf(GOOGLE_CHAT, 'message')

/** A Google Chat webhook. Delivered is 200 with the name of the new message. */
export const googleChat: DestinationType = createChatType({
  type: 'googlechat',
  profile: GOOGLE_CHAT,
  open: openByUrl(findProblem, targetOf),
  layOut: (message, { words }) => layOutGoogleChat(message, words),
  layOutText: layOutGoogleChatText,
  escape: inertGoogleChat,
  fits: ({ text }, json) =>
    // Lengths are counted in UTF-16 units; Chat counts characters, which are never more.
    text.length <= MAX_TEXT && new TextEncoder().encode(json).length <= MAX_BYTES,
})

function targetOf(url: URL): UrlEndpoint {
  const target = withReplyOption(url)
  return {
    url: target.href,
    // All webhooks of a space share one limit (https://developers.google.com/workspace/chat/limits).
    paceKey: url.origin + url.pathname,
    secrets: [target.href, target.pathname + target.search, ...secretsOfUrl(url)],
  }
}

function findProblem(url: URL): string | null {
  if (url.host !== HOST) return `Must be a URL of ${HOST}`
  if (!PATH.test(url.pathname)) {
    return 'Must be a webhook whose path is /v1/spaces/<space>/messages'
  }
  const missing = ['key', 'token'].filter((name) => (url.searchParams.get(name) ?? '') === '')
  if (missing.length === 0) return null
  return `Must hold the webhook's key and token: copy the whole URL, ${missing.join(' and ')} missing`
}

/** The message itself names its thread, so a thread that the configured URL names is taken out. */
function withReplyOption(given: URL): URL {
  const url = new URL(given)
  url.hash = ''
  url.searchParams.delete('threadKey')
  url.searchParams.set(REPLY_OPTION, 'REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD')
  return url
}
