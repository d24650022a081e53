/**
 * The receiver `discord`: a webhook with one embed
 * (https://docs.discord.com/developers/resources/webhook#execute-webhook).
 */
import type { AddressPolicy } from '../../core/safety/address.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { createChatType, type ChatEndpoint, type JsonBody } from '../chat.ts'
import type { DestinationType, Settings } from '../receiver.ts'
import type { SettingProblem } from '../settings/setting-problem.ts'
import { layOutDiscord, withEmbed } from './layout.ts'
import { escapeDiscord } from './text.ts'
import { limitOf } from '../profile.ts'
import { DISCORD } from './profile.ts'
import { isTable } from '../settings/references.ts'
import { isLocalHost, readUrl, secretsOfUrl } from '../settings/url-setting.ts'

// discordapp.com is the former name; the others are the test builds'.
const HOSTS: readonly string[] = [
  'discord.com',
  'discordapp.com',
  'canary.discord.com',
  'ptb.discord.com',
]

const WEBHOOK_PATH = /^\/api(?:\/v\d+)?(\/webhooks\/\d+\/[\w-]+)$/
const FOREIGN_ROUTE = /^\/api(?:\/v\d+)?\/webhooks\/\d+\/[\w-]+\/(slack|github)\/?$/

const MAX_DESCRIPTION = limitOf(DISCORD, 'embed description')
const MAX_TEXT = limitOf(DISCORD, 'text of all embeds')

// https://docs.discord.com/developers/resources/message#embed-object-embed-limits
const MAX_FOOTER = 2048

/** A Discord webhook; delivered is 200 with the stored message. */
export const discord: DestinationType = createChatType({
  type: 'discord',
  profile: DISCORD,
  open,
  layOut: (message) => ({ ...layOutDiscord(message) }),
  layOutText: (text) => ({ ...withEmbed({ description: text }) }),
  escape: escapeDiscord,
  fits: (body) => isWithinLimits(body),
})

/** Lengths are UTF-16 units, which are never fewer than the characters that Discord counts. */
function isWithinLimits({ embeds }: JsonBody): boolean {
  const embed: unknown = Array.isArray(embeds) ? embeds[0] : undefined
  if (!isTable(embed)) return false
  const footer = isTable(embed['footer']) ? lengthOf(embed['footer']['text']) : 0
  const [title, description] = [lengthOf(embed['title']), lengthOf(embed['description'])]
  if (description > MAX_DESCRIPTION || footer > MAX_FOOTER) return false
  return title + description + footer <= MAX_TEXT
}

function lengthOf(text: unknown): number {
  return typeof text === 'string' ? text.length : 0
}

function open(
  settings: Settings,
  policy: AddressPolicy,
): Result<ChatEndpoint, readonly SettingProblem[]> {
  const url = readUrl(settings['url'], policy)
  if (!url.ok) return err([url.error])
  const problem = findProblem(url.value)
  if (problem !== null) return err([{ setting: 'url', problem }])
  const { href: configured, pathname, origin } = url.value
  const target = new URL(configured)
  // Without it a message that is not saved is answered like one that is.
  target.searchParams.set('wait', 'true')
  return ok({
    url: target.href,
    // The webhook's own: its limit is the same under every host, version and thread.
    paceKey: WEBHOOK_PATH.exec(pathname)?.[1] ?? origin + pathname,
    secrets: [...new Set([...secretsOfUrl(url.value), ...secretsOfUrl(target)])],
    policy,
  })
}

/** A local host has passed `readUrl` only where local addresses are allowed: a simulated Discord. */
function findProblem(url: URL): string | null {
  if (isLocalHost(url)) return null
  if (!HOSTS.includes(url.host)) return `Must be a URL of ${HOSTS.join(', ')}`
  const route = FOREIGN_ROUTE.exec(url.pathname)?.[1]
  if (route !== undefined) {
    return `Must be the webhook itself, which takes Discord's own form: remove /${route} from its end`
  }
  if (WEBHOOK_PATH.test(url.pathname)) return null
  return 'Must be a webhook as the channel settings give it: /api/webhooks/ with its id and token'
}
