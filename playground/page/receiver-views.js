/**
 * Every receiver that the page can show, in the order of the tabs: a new one is one line here. The key
 * is the destination's type, and names the class that its stylesheet draws.
 */
import { cloudeventsView } from './cloudevents-view.js'
import { discordView } from './discord-view.js'
import { googlechatView } from './googlechat-view.js'
import { mattermostView } from './mattermost-view.js'
import { slackView } from './slack-view.js'
import { teamsView } from './teams-view.js'
import { telegramView } from './telegram-view.js'
import { webhookView } from './webhook-view.js'

/** Receivers that people read. */
export const CHAT_VIEWS = {
  slack: { ...slackView, name: 'Slack' },
  discord: { ...discordView, name: 'Discord' },
  teams: { ...teamsView, name: 'Teams' },
  googlechat: { ...googlechatView, name: 'Google Chat' },
  telegram: { ...telegramView, name: 'Telegram' },
  mattermost: { ...mattermostView, name: 'Mattermost' },
}

/** Receivers that programs read. */
export const MACHINE_VIEWS = {
  webhook: { ...webhookView, name: 'Webhook' },
  cloudevents: { ...cloudeventsView, name: 'CloudEvents' },
}
