/**
 * The cast of a playground: a simulated portal, the relay and its simulated receivers, wired together, with the
 * application installed.
 */
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { createLaneWatch } from './lane-watch.ts'
import type { LaneWatch } from './lane-watch.ts'
import { createOauthSimulator } from './portal/oauth-server.ts'
import type { OauthSimulator } from './portal/oauth-server.ts'
import { createPortalSimulator } from './portal/portal.ts'
import type { PortalSimulator } from './portal/portal.ts'
import type { SlackSimulator } from './receivers/slack.ts'
import type { WebhookSimulator } from './receivers/webhook.ts'
import { startRelay } from './relay.ts'
import type { RunningRelay } from './relay.ts'
import { startReceivers } from './session-receivers.ts'
import type { DestinationSetting, SessionReceivers } from './session-receivers.ts'

/** The cast of a playground, from its start to the next reset. */
export interface Cast {
  readonly portal: PortalSimulator
  /** By the type of their destination. */
  readonly receivers: SessionReceivers
  /** The receiver of the type `slack`. */
  readonly slack: SlackSimulator
  /** The receiver of the type `webhook`. */
  readonly webhook: WebhookSimulator
  readonly relay: RunningRelay
  readonly lanes: LaneWatch
}

/** The fields that exist before the first click. */
const SAMPLE_FIELDS = [
  { FIELD_NAME: 'TAX_NUMBER', USER_TYPE_ID: 'string', EDIT_FORM_LABEL: 'Tax number' },
  { FIELD_NAME: 'VAT_PAYER', USER_TYPE_ID: 'boolean', EDIT_FORM_LABEL: 'VAT payer' },
  {
    FIELD_NAME: 'LEGAL_FORM',
    USER_TYPE_ID: 'enumeration',
    EDIT_FORM_LABEL: 'Legal form',
    LIST: ['Limited company', 'Sole trader', 'Partnership'],
  },
]

/** The place of a cast, and whom it tells of changes. */
export interface CastOptions {
  readonly folder: string
  readonly secrets: Secrets
  readonly notify: () => void
  /** The port of the relay. @default a free one */
  readonly port?: number
}

/** A cast that runs. */
export interface RunningCast extends Cast {
  /** Its folder below `folder`, where the storage of the relay lies. */
  readonly id: string
  close(): Promise<void>
}

/** Starts a cast whose bundle lies in the folder `bundle` below `folder`. */
export async function startCast({
  folder,
  secrets,
  notify,
  port = 0,
}: CastOptions): Promise<RunningCast> {
  const id = `storage-${randomBytes(4).toString('hex')}`
  const [oauth, receivers] = await Promise.all([
    createOauthSimulator(),
    startReceivers({ signing: secrets.signing, onRequest: notify }),
  ])
  const all = Object.values(receivers)
  const relay = await startRelay({
    folder: join(folder, id),
    buildFolder: join(folder, 'bundle'),
    vars: configureRelay(secrets, { oauth, destinations: all.map((one) => one.destination) }),
    port,
  })
  const portal = await createPortalSimulator({
    handlerUrl: `${relay.url}/bitrix24/events`,
    oauth,
    clientId: secrets.clientId,
    clientSecret: secrets.clientSecret,
  })
  for (const field of SAMPLE_FIELDS) {
    await portal.createField({ ...field, LIST_COLUMN_LABEL: field.EDIT_FORM_LABEL })
  }
  await portal.install()
  const lanes = createLaneWatch({
    url: `${relay.url}/admin/api/portals/${portal.memberId}`,
    adminToken: secrets.admin,
    onChange: notify,
  })
  return {
    id,
    portal,
    receivers,
    slack: receivers.slack.simulator,
    webhook: receivers.webhook.simulator,
    relay,
    lanes,
    async close() {
      lanes.stop()
      await relay.dispose()
      await Promise.all(
        [portal, oauth, ...all.map((one) => one.simulator)].map((one) => one.close()),
      )
      rmSync(join(folder, id), { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
    },
  }
}

/** The secrets of a relay, which outlive a reset. */
export interface Secrets {
  readonly clientId: string
  readonly clientSecret: string
  /** `whsec_…` of the webhook receiver. */
  readonly signing: string
  readonly admin: string
  /** Base64 of 32 bytes. */
  readonly tokenKey: string
}

/** Makes secrets by chance. */
export function createSecrets(): Secrets {
  const digits = String(randomBytes(4).readUInt32BE() % 100_000_000).padStart(8, '0')
  return {
    clientId: `local.${randomBytes(7).toString('hex')}.${digits}`,
    clientSecret: randomBytes(25).toString('hex'),
    signing: `whsec_${randomBytes(32).toString('base64')}`,
    admin: randomBytes(24).toString('base64url'),
    tokenKey: randomBytes(32).toString('base64'),
  }
}

function configureRelay(
  secrets: Secrets,
  { oauth, destinations }: { oauth: OauthSimulator; destinations: readonly DestinationSetting[] },
): Record<string, unknown> {
  return {
    BITRIX24_CLIENT_ID: secrets.clientId,
    BITRIX24_CLIENT_SECRET: secrets.clientSecret,
    BITRIX24_OAUTH_URLS: [oauth.origin],
    TOKEN_KEYS: { playground: secrets.tokenKey },
    ADMIN_TOKEN: secrets.admin,
    UNSAFE_ALLOW_LOCAL_ADDRESSES: 'true',
    DESTINATIONS: destinations,
  }
}
