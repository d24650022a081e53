/**
 * The receivers of a playground, by the type of their destination. A new receiver is one line here, with its
 * answer when it is gone, and its error inside a 200.
 */
import { createCloudEventsSimulator } from './receivers/cloudevents.ts'
import { createDiscordSimulator } from './receivers/discord.ts'
import { createGoogleChatSimulator } from './receivers/googlechat.ts'
import { createMattermostSimulator } from './receivers/mattermost.ts'
import type { Receiver, ReceiverAnswer } from './receivers/receiver.ts'
import { createSlackSimulator } from './receivers/slack.ts'
import { createTeamsSimulator } from './receivers/teams.ts'
import { createTelegramSimulator } from './receivers/telegram.ts'
import { createWebhookSimulator } from './receivers/webhook.ts'

/** One entry of the relay's setting DESTINATIONS. */
export interface DestinationSetting {
  readonly name: string
  readonly type: string
  readonly [key: string]: unknown
}

/** One receiver with all that the page needs to know of it. */
export interface SessionReceiver<R extends Receiver<unknown> = Receiver<unknown>> {
  readonly simulator: R
  /** The relay's configuration for it. */
  readonly destination: DestinationSetting
  /** Its answer when its channel, or the whole receiver, is no more. */
  readonly gone: ReceiverAnswer
  /** The name of that state, for people. */
  readonly goneText: string
  /** An error in an answer that says 200. */
  readonly errorInside: ReceiverAnswer
}

/** Every receiver of a session. */
export type SessionReceivers = Awaited<ReturnType<typeof startReceivers>>

/** Starts all receivers. `signing` is the webhook's `whsec_…`. */
export function startReceivers({ signing, onRequest }: { signing: string; onRequest: () => void }) {
  const chat = { enforceRate: true, onRequest }
  return settle({
    slack: describe(createSlackSimulator(chat), SLACK, ({ url }) => ({
      name: 'crm-alerts',
      type: 'slack',
      url,
    })),
    webhook: describe(
      createWebhookSimulator({ secret: signing, unverified: 'accept', onRequest }),
      WEBHOOK,
      ({ url }) => ({ name: 'erp', type: 'webhook', url, secret: signing }),
    ),
    cloudevents: describe(
      createCloudEventsSimulator({ handshake: 'required', onRequest }),
      CLOUDEVENTS,
      ({ url }) => ({ name: 'events', type: 'cloudevents', url, handshake: true }),
    ),
    discord: describe(createDiscordSimulator(chat), DISCORD, byUrl('discord')),
    teams: describe(createTeamsSimulator(chat), TEAMS, byUrl('teams')),
    googlechat: describe(createGoogleChatSimulator(chat), GOOGLE_CHAT, byUrl('googlechat')),
    telegram: describe(createTelegramSimulator(chat), TELEGRAM, ({ url, token, chat: group }) => ({
      name: 'telegram',
      type: 'telegram',
      url,
      token,
      chat: group,
    })),
    mattermost: describe(createMattermostSimulator(chat), MATTERMOST, byUrl('mattermost')),
  })
}

type Answers = Pick<SessionReceiver, 'gone' | 'goneText' | 'errorInside'>

function byUrl(type: string): (simulator: { url: string }) => DestinationSetting {
  return ({ url }) => ({ name: type, type, url })
}

async function describe<R extends Receiver<unknown>>(
  starting: Promise<R>,
  answers: Answers,
  setting: (simulator: R) => DestinationSetting,
): Promise<SessionReceiver<R>> {
  const simulator = await starting
  // Every event that the page can send, not only those about fields.
  return { simulator, destination: { ...setting(simulator), events: ['*'] }, ...answers }
}

async function settle<T extends Readonly<Record<string, Promise<unknown>>>>(
  starting: T,
): Promise<{ readonly [K in keyof T]: Awaited<T[K]> }> {
  const entries = Object.entries(starting).map(async ([key, value]) => [key, await value] as const)
  // Sound: each key keeps its own promise's value.
  return Object.fromEntries(await Promise.all(entries)) as { [K in keyof T]: Awaited<T[K]> }
}

function json(status: number, value: unknown): ReceiverAnswer {
  return {
    status,
    body: JSON.stringify(value),
    headers: { 'content-type': 'application/json; charset=utf-8' },
  }
}

function text(status: number, body: string): ReceiverAnswer {
  return { status, body, headers: { 'content-type': 'text/plain; charset=utf-8' } }
}

const SLACK: Answers = {
  goneText: '410 channel_is_archived',
  gone: text(410, 'channel_is_archived'),
  errorInside: json(200, { ok: false, error: 'fatal_error' }),
}

const WEBHOOK: Answers = {
  goneText: '410 Gone',
  gone: json(410, { error: 'gone' }),
  errorInside: json(200, { error: 'could not be stored' }),
}

const CLOUDEVENTS: Answers = { ...WEBHOOK }

const DISCORD: Answers = {
  goneText: '404 Unknown Webhook',
  gone: json(404, { message: 'Unknown Webhook', code: 10_015 }),
  errorInside: json(200, { message: 'Internal network error', code: 40_333 }),
}

const TEAMS: Answers = {
  goneText: '404 WorkflowNotFound',
  gone: json(404, {
    error: { code: 'WorkflowNotFound', message: 'The workflow could not be found.' },
  }),
  // The words of the former Office 365 connectors, for which the sample of Microsoft's page searches:
  // https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
  errorInside: text(
    200,
    'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId playground.',
  ),
}

const GOOGLE_CHAT: Answers = {
  goneText: '404 NOT_FOUND',
  gone: json(404, {
    error: { code: 404, message: 'Requested entity was not found.', status: 'NOT_FOUND' },
  }),
  errorInside: json(200, {
    error: { code: 500, message: 'Internal error encountered.', status: 'INTERNAL' },
  }),
}

const TELEGRAM: Answers = {
  goneText: '403 bot was kicked',
  gone: json(403, {
    ok: false,
    error_code: 403,
    description: 'Forbidden: bot was kicked from the supergroup chat',
  }),
  errorInside: json(200, {
    ok: false,
    error_code: 500,
    description: 'Internal Server Error',
  }),
}

const MATTERMOST: Answers = {
  goneText: "404 Couldn't find the channel",
  gone: json(404, {
    id: 'web.incoming_webhook.channel.app_error',
    message: "Couldn't find the channel.",
    detailed_error: '',
    status_code: 404,
  }),
  errorInside: json(200, {
    id: 'web.incoming_webhook.general.app_error',
    message: 'Failed to handle the payload of the incoming webhook.',
    status_code: 500,
  }),
}
