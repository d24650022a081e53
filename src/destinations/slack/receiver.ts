/**
 * The receiver `slack`: an incoming webhook with Block Kit
 * (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).
 */
import { createChatType } from '../chat.ts'
import { openByUrl } from '../chat-endpoint.ts'
import type { DestinationType } from '../receiver.ts'
import { limitOf } from '../profile.ts'
import { SLACK } from './profile.ts'
import { layOutSlack, layOutSlackText, measureSlack } from './layout.ts'
import { inertSlackStart } from './text.ts'

// The second host is GovSlack's.
const HOSTS: readonly string[] = ['hooks.slack.com', 'hooks.slack-gov.com']
const MAX_LENGTH = limitOf(SLACK, 'message, escaped')

/** A Slack incoming webhook. Delivered is 200 with the body `ok`. */
export const slack: DestinationType = createChatType({
  type: 'slack',
  profile: SLACK,
  open: openByUrl(findProblem),
  layOut: (message, { words }) => layOutSlack(message, words),
  layOutText: (text, message, { words }) => layOutSlackText(text, message, words),
  escape: inertSlackStart,
  fits: (_body, json) => measureSlack(json) <= MAX_LENGTH,
})

function findProblem(url: URL): string | null {
  if (!HOSTS.includes(url.host)) return `Must be a URL of ${HOSTS.join(' or ')}`
  if (url.pathname.startsWith('/services/')) return null
  return 'Must be an incoming webhook whose path begins with /services/, not a workflow trigger'
}
