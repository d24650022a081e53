/**
 * The receiver `discord`: a webhook with one embed
 * (https://docs.discord.com/developers/resources/webhook#execute-webhook).
 */
import { createChatType } from '../chat.ts'
import { openByUrl, type UrlEndpoint } from '../chat-endpoint.ts'
import type { DestinationType } from '../receiver.ts'
import { layOutDiscord, withEmbed, type DiscordMessage } from './layout.ts'
import { escapeDiscord } from './text.ts'
import { limitOf } from '../profile.ts'
import { DISCORD } from './profile.ts'
import { secretsOfUrl } from '../settings/url-setting.ts'

// discordapp.com is the former host; the last two belong to Discord's test versions.
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
const MAX_BYTES = limitOf(DISCORD, 'message')

// https://docs.discord.com/developers/resources/message#embed-object-embed-limits
const MAX_FOOTER = 2048

/** A Discord webhook. Delivered is 200 with the message as it was saved. */
export const discord: DestinationType = createChatType({
  type: 'discord',
  profile: DISCORD,
  open: openByUrl(findProblem, targetOf),
  layOut: layOutDiscord,
  layOutText: (text) => withEmbed({ description: text }),
  escape: escapeDiscord,
  fits: isWithinLimits,
})

/** Lengths are counted in UTF-16 units; Discord counts characters, which are never more. */
function isWithinLimits({ embeds: [embed] }: DiscordMessage, json: string): boolean {
  if (new TextEncoder().encode(json).length > MAX_BYTES) return false
  const { title = '', description, footer = { text: '' } } = embed
  if (description.length > MAX_DESCRIPTION || footer.text.length > MAX_FOOTER) return false
  return title.length + description.length + footer.text.length <= MAX_TEXT
}

function targetOf(url: URL): UrlEndpoint {
  const target = new URL(url)
  // Without `wait=true` Discord gives the same answer to a message that it could not save as to any other
  // (https://docs.discord.com/developers/resources/webhook#execute-webhook).
  target.searchParams.set('wait', 'true')
  return {
    url: target.href,
    // A webhook has one limit, under every host and version of the API and in every thread.
    paceKey: WEBHOOK_PATH.exec(url.pathname)?.[1] ?? url.origin + url.pathname,
    secrets: [...new Set([...secretsOfUrl(url), ...secretsOfUrl(target)])],
  }
}

function findProblem(url: URL): string | null {
  if (!HOSTS.includes(url.host)) return `Must be a URL of ${HOSTS.join(', ')}`
  const route = FOREIGN_ROUTE.exec(url.pathname)?.[1]
  if (route !== undefined) {
    return `Must be the webhook itself, which takes Discord's own form: remove /${route} from its end`
  }
  if (WEBHOOK_PATH.test(url.pathname)) return null
  return 'Must be a webhook as the channel settings give it: /api/webhooks/ with its id and token'
}
