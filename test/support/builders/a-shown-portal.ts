/** A portal as its views read it. */
import { accessOf, type AccessState } from '../../../src/core/access/access.ts'
import { NO_INSTALL, type InstallState } from '../../../src/core/access/installs/install.ts'
import type { OpenCause } from '../../../src/core/bulletins/observed.ts'
import type { PendingRow } from '../../../src/core/access/installs/pending-row.ts'
import { NO_RECONCILIATION } from '../../../src/core/fields/reconciliation.ts'
import type { LaneState } from '../../../src/core/lanes/state/lane-state.ts'
import type { LogEntry } from '../../../src/core/log/event.ts'
import type { LaneViewParts } from '../../../src/portal/views/lane-view.ts'
import type { PortalViewParts } from '../../../src/portal/views/portal-view.ts'
import type { ReportParts } from '../../../src/portal/reports/portal-report.ts'
import { NO_PORTAL_TALLY } from '../../../src/core/tallies/portal-tally.ts'
import { NOW } from '../time.ts'
import { pagesOf } from './a-lane.ts'
import { anApplication } from './an-install.ts'
import { DOMAIN } from '../identity.ts'

/** What is known of the portal, as far as it differs from a portal without an install. */
export interface ShownPortal {
  readonly install?: Partial<InstallState>
  readonly pending?: PendingRow | null
  readonly configured?: boolean
  readonly pairs?: ReturnType<PortalViewParts['troubles']['pairState']>
  readonly entries?: readonly LogEntry[]
  readonly lanes?: readonly LaneState[]
  readonly parked?: Readonly<Record<string, number>>
  readonly isFull?: boolean
  /** What bulletins have told and what lasts. */
  readonly open?: readonly OpenCause[]
}

/** The parts that the views of such a portal read. */
export function aShownPortal({
  install = {},
  pending = null,
  configured = true,
  pairs = 'valid',
  entries = [],
  lanes = [],
  parked = {},
  isFull = false,
  open = [],
}: ShownPortal): PortalViewParts & LaneViewParts & ReportParts {
  const { clientId, oauthUrl } = anApplication()
  const config = {
    applications: new Map(configured ? [[clientId, 'secret']] : []),
    oauthUrls: [oauthUrl],
  }
  const current = (): AccessState | null => accessOf({ ...NO_INSTALL, ...install }, config)
  return {
    memberId: 'a'.repeat(32),
    state: {
      install: () => ({ ...NO_INSTALL, ...install }),
      pending: () => pending,
      head: () => entries.at(-1)?.sequence ?? 0,
      damaged: () => [],
      isFull: () => isFull,
    },
    log: {
      ...pagesOf(entries),
      counts: () => ({ entries: entries.length, reconciled: 0, thin: 0, quarantined: 0 }),
    },
    fates: { countParked: (destination) => parked[destination] ?? 0 },
    book: { all: () => lanes, portalTally: () => NO_PORTAL_TALLY },
    receivers: { findDestination: () => null, problems: () => [] },
    rules: { filteredBy: () => null },
    domains: { present: () => DOMAIN },
    troubles: { current, pairState: () => pairs },
    reconciliation: { state: () => NO_RECONCILIATION },
    bulletins: { open: () => open },
  }
}

/** An install of an application that has told its token. */
export const INSTALLED = { application: anApplication(), hashes: [{ hash: 'a', until: null }] }

/** An install that the OAuth server has not answered about. */
export const PENDING: PendingRow = {
  kind: 'unanswered',
  sealed: 'v1.k1.AAAA.AAAA',
  tokenHash: null,
  ts: NOW / 1000,
  since: NOW,
  expiresAt: NOW + 1000,
  nextCheckAt: NOW,
  network: null,
  others: [],
  clientId: null,
  domain: null,
}
