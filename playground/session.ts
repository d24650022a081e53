/**
 * One playground: a simulated portal, the relay and its simulated receivers, wired together, with the
 * application installed. The page subscribes to its changes and reads its state.
 */
import { randomBytes } from 'node:crypto'
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

/** Everything that runs in one playground. */
export interface Session {
  readonly portal: PortalSimulator
  /** By the type of their destination. */
  readonly receivers: SessionReceivers
  /** The receiver of the type `slack`. */
  readonly slack: SlackSimulator
  /** The receiver of the type `webhook`. */
  readonly webhook: WebhookSimulator
  readonly relay: RunningRelay
  readonly lanes: LaneWatch
  readonly adminToken: string
  /** Calls the listener after every change. The returned function ends that. */
  subscribe(listener: () => void): () => void
  /** Tells every listener that something has changed. */
  readonly notify: () => void
  close(): Promise<void>
  /** Ends the runtime without waiting, for a process that is about to end. */
  closeNow(): void
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

/** Starts a playground whose files all lie below `folder`, which is the caller's to remove. */
export async function startSession({ folder }: { folder: string }): Promise<Session> {
  const listeners = new Set<() => void>()
  const notify = createThrottle(() => listeners.forEach((listener) => listener()))
  const secrets = createSecrets()
  const [oauth, receivers] = await Promise.all([
    createOauthSimulator(),
    startReceivers({ signing: secrets.signing, onRequest: notify }),
  ])
  const all = Object.values(receivers)
  const relay = await startRelay({
    folder: join(folder, 'storage'),
    buildFolder: join(folder, 'bundle'),
    vars: configureRelay(secrets, { oauth, destinations: all.map((one) => one.destination) }),
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
    portal,
    receivers,
    slack: receivers.slack.simulator,
    webhook: receivers.webhook.simulator,
    relay,
    lanes,
    notify,
    adminToken: secrets.admin,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      lanes.stop()
      await relay.dispose()
      await Promise.all(
        [portal, oauth, ...all.map((one) => one.simulator)].map((one) => one.close()),
      )
    },
    closeNow() {
      lanes.stop()
      relay.disposeNow()
    },
  }
}

interface Secrets {
  readonly clientId: string
  readonly clientSecret: string
  /** `whsec_…` of the webhook receiver. */
  readonly signing: string
  readonly admin: string
  /** Base64 of 32 bytes. */
  readonly tokenKey: string
}

function createSecrets(): Secrets {
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

/** Calls `action` soon, and once for everything that happens until then. */
function createThrottle(action: () => void): () => void {
  let isDue = false
  return () => {
    if (isDue) return
    isDue = true
    setTimeout(() => {
      isDue = false
      action()
    }, 40).unref()
  }
}
