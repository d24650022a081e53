/**
 * The receiver `slack`: an incoming webhook with Block Kit
 * (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).
 */
import type { AddressPolicy } from '../../core/safety/address.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { createChatType, type ChatEndpoint } from '../chat.ts'
import type { DestinationType, Settings } from '../receiver.ts'
import type { SettingProblem } from '../settings/setting-problem.ts'
import { limitOf } from '../profile.ts'
import { SLACK } from './profile.ts'
import { layOutSlack, layOutSlackText, measureSlack } from './layout.ts'
import { inertSlackStart } from './text.ts'
import { isLocalHost, readUrl, secretsOfUrl } from '../settings/url-setting.ts'

// The second one is GovSlack's.
const HOSTS: readonly string[] = ['hooks.slack.com', 'hooks.slack-gov.com']
const MAX_LENGTH = limitOf(SLACK, 'message, escaped')

/** A Slack incoming webhook; delivered is 200 with the body `ok`. */
export const slack: DestinationType = createChatType({
  type: 'slack',
  profile: SLACK,
  open,
  layOut: (message, { words }) => ({ ...layOutSlack(message, words) }),
  layOutText: (text, message, { words }) => ({ ...layOutSlackText(text, message, words) }),
  escape: inertSlackStart,
  fits: (_body, json) => measureSlack(json) <= MAX_LENGTH,
})

function open(
  settings: Settings,
  policy: AddressPolicy,
): Result<ChatEndpoint, readonly SettingProblem[]> {
  const url = readUrl(settings['url'], policy)
  if (!url.ok) return err([url.error])
  const problem = findProblem(url.value)
  if (problem !== null) return err([{ setting: 'url', problem }])
  const { href } = url.value
  return ok({ url: href, paceKey: href, secrets: secretsOfUrl(url.value), policy })
}

/** A local host has passed `readUrl` only where local addresses are allowed: a simulated Slack. */
function findProblem(url: URL): string | null {
  if (isLocalHost(url)) return null
  if (!HOSTS.includes(url.host)) return `Must be a URL of ${HOSTS.join(' or ')}`
  if (url.pathname.startsWith('/services/')) return null
  return 'Must be an incoming webhook whose path begins with /services/, not a workflow trigger'
}
