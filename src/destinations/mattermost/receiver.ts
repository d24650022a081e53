/**
 * The receiver `mattermost`: an incoming webhook with one attachment
 * (https://developers.mattermost.com/integrate/webhooks/incoming/). Everything stands in its text, as a
 * title is read as Markdown by one client and not by another; the footer is literal in all of them.
 */
import type { AddressPolicy } from '../../core/safety/address.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { createChatType, type ChatEndpoint } from '../chat.ts'
import type { DestinationType, Settings } from '../receiver.ts'
import type { SettingProblem } from '../settings/setting-problem.ts'
import type { Catalogue } from '../language/catalogue.ts'
import { fill } from '../language/languages.ts'
import { inertMattermost, linkMattermost, writeMattermost } from './text.ts'
import { type Group, type Message } from '../message/message.ts'
import { formatSpanUtc } from '../message/wording.ts'
import { limitOf } from '../profile.ts'
import { MATTERMOST } from './profile.ts'
import { isLocalHost, readUrl, secretsOfUrl } from '../settings/url-setting.ts'
import { writeUnstyled, type Line } from '../message/line.ts'

// A server may live under a path of its own, so only the end is known.
const HOOK_PATH = /\/hooks\/[A-Za-z0-9]+$/

const MAX_LENGTH = limitOf(MATTERMOST, 'message')

// A plain host stays readable; nothing is read in the fallback but words.
const HOST = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d+)?$/i

// The fallback is read in a notification, not studied.
const MAX_FALLBACK = 1000

/** The attachment that our messages consist of. */
export interface MattermostAttachment {
  readonly fallback: string
  readonly text: string
  /** Literal; clients show at most 300 characters. */
  readonly footer?: string
}

/** The payload of an incoming webhook. */
export interface MattermostMessage {
  readonly attachments: readonly [MattermostAttachment]
}

/** A Mattermost incoming webhook; delivered is 200 with the body `ok`. */
export const mattermost: DestinationType = createChatType({
  type: 'mattermost',
  profile: MATTERMOST,
  open,
  layOut: (message, { words }) => ({ ...layOutMattermost(message, words) }),
  layOutText: (text, message, { words }) => ({
    attachments: [{ fallback: writeFallback(message, words), text }],
  }),
  escape: inertMattermost,
  // UTF-16 units of the JSON, which are never fewer than the characters that Mattermost counts.
  fits: (_body, json) => json.length <= MAX_LENGTH,
})

/** Lays a message out with all of its lines. */
export function layOutMattermost(message: Message, words: Catalogue): MattermostMessage {
  const { title, lead, groups, link, notes, portal, firstAt, lastAt } = message
  const blocks = [
    joinLines([writeMattermost(title), writeMattermost(lead)]),
    ...groups.flatMap(writeGroup),
    writeMore(message),
    joinLines(notes),
    link === null ? '' : linkMattermost(link),
  ]
  return {
    attachments: [
      {
        fallback: writeFallback(message, words),
        text: blocks.filter((block) => block !== '').join('\n\n'),
        footer: [portal, formatSpanUtc(firstAt, lastAt)].filter((text) => text !== '').join(' · '),
      },
    ],
  }
}

/** A list begins after an empty line: not every client lets it follow a paragraph directly. */
function writeGroup({ heading, lines }: Group): readonly string[] {
  return [
    writeMattermost(heading),
    joinLines(lines.map(({ text }) => `- ${writeMattermost(text)}`)),
  ]
}

function writeMore({ more }: Message): string {
  if (more === null) return ''
  return more.link === null ? more.text : `${more.text} ${linkMattermost(more.link)}`
}

function joinLines(lines: readonly string[]): string {
  return lines.filter((line) => line !== '').join('\n')
}

function writeFallback(
  { summary, portal, groups, notes, more }: Message,
  words: Catalogue,
): string {
  const sentence = writeInert(summary)
  const host = HOST.test(portal) ? portal : inertMattermost(portal)
  const place = host === '' ? sentence : fill(words.inPortal, { sentence, portal: host })
  const lines = groups.flatMap(({ heading, lines: inner }) =>
    heading.length > 0 ? [heading] : inner.map(({ text }) => text),
  )
  const rest = more === null ? notes : [more.text, ...notes]
  return joinFallback([place, ...lines.map(writeInert), ...rest])
}

/** What has no room is left out; the first part is bounded and always stands. */
function joinFallback(parts: readonly string[]): string {
  let length = 0
  const shown = parts.filter((part, index) => {
    length += part.length + 2
    return index === 0 || length <= MAX_FALLBACK
  })
  return shown.join('; ')
}

function writeInert(line: Line): string {
  return writeUnstyled(line, inertMattermost)
}

function open(
  settings: Settings,
  policy: AddressPolicy,
): Result<ChatEndpoint, readonly SettingProblem[]> {
  const allowPrivate = readAllowPrivate(settings['allowPrivate'])
  const own = { ...policy, allowPrivate: allowPrivate.ok && allowPrivate.value }
  const url = readUrl(settings['url'], own)
  const problems = [
    ...(allowPrivate.ok ? [] : [allowPrivate.error]),
    ...(url.ok ? [] : [withRemedy(url.error, settings['url'], own)]),
  ]
  if (!url.ok || problems.length > 0) return err(problems)
  const { href, pathname } = url.value
  const isSimulated = policy.allowLocal && isLocalHost(url.value)
  if (!HOOK_PATH.test(pathname) && !isSimulated) {
    const problem = 'Must be an incoming webhook whose path ends with /hooks/ and its key'
    return err([{ setting: 'url', problem }])
  }
  return ok({ url: href, paceKey: href, secrets: secretsOfUrl(url.value), policy: own })
}

function readAllowPrivate(value: unknown): Result<boolean, SettingProblem> {
  if (value === undefined || value === false || value === 'false') return ok(false)
  if (value === true || value === 'true') return ok(true)
  return err({ setting: 'allowPrivate', problem: 'Must be true or false' })
}

/** An address that only `allowPrivate` would let through says so. */
function withRemedy(
  { setting, problem }: SettingProblem,
  value: unknown,
  policy: AddressPolicy,
): SettingProblem {
  if (!readUrl(value, { ...policy, allowPrivate: true }).ok) return { setting, problem }
  return {
    setting,
    problem: `${problem}: set allowPrivate = true for a server of your own network`,
  }
}
