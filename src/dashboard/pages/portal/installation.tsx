/** The numbers and the installation of a portal. */
import { ActButton } from '../../parts/buttons.tsx'
import { belowPortal } from '../../paths.ts'
import type { PageTerms } from '../../terms.ts'
import { Time } from '../../parts/time.tsx'
import { formatNumber } from '../../words/counts.ts'
import { formatBytes } from '../../words/values.ts'
import type { WholeView } from '../../../core/views/whole-view.ts'

interface InstallationTerms {
  readonly view: WholeView
  readonly terms: PageTerms
}

/** Shows the numbers of the log. */
export function LogNumbers({ view }: Pick<InstallationTerms, 'view'>) {
  const { events, reconciled, thin, quarantined, erased, storage, lastEventAt, lastReconcileAt } =
    view
  const { bytes, maxBytes } = storage
  return (
    <dl>
      <dt>Last event</dt>
      <dd>
        <Time at={lastEventAt} />
      </dd>
      <dt>Events in the log</dt>
      <dd>
        {formatNumber(events)} sent by the portal, {formatNumber(reconciled)} found by comparing
      </dd>
      <dt>Without their changes (thin)</dt>
      <dd>{formatNumber(thin)}</dd>
      <dt>Quarantined</dt>
      <dd>{formatNumber(quarantined)}</dd>
      {erased > 0 && (
        <>
          <dt>Erased by an uninstall</dt>
          <dd>{formatNumber(erased)}</dd>
        </>
      )}
      <dt>Last comparison</dt>
      <dd>
        <Time at={lastReconcileAt} />
      </dd>
      <dt>Storage</dt>
      <dd>
        {formatBytes(bytes)}
        {maxBytes !== null && ` of ${formatBytes(maxBytes)}`}
      </dd>
    </dl>
  )
}

/** Shows the portal's connection to the relay. */
export function Installation({ view, terms }: InstallationTerms) {
  const { install, subscriptions, pins, memberId } = view
  const { kinds, clientId, applicationStatus, scope, installedAt, tokens } = install
  return (
    <dl>
      <dt>Connected by</dt>
      <dd>
        {kinds.length === 0 ? 'nothing' : kinds.map((kind) => kind.replace('_', ' ')).join(' and ')}
      </dd>
      {clientId !== null && (
        <>
          <dt>Application</dt>
          <dd>
            <code>{clientId}</code>
            {applicationStatus !== null && `, status ${applicationStatus}`}
          </dd>
          <dt>Scope</dt>
          <dd>{scope ?? '–'}</dd>
        </>
      )}
      <dt>Since</dt>
      <dd>
        <Time at={installedAt} />
      </dd>
      <dt>Tokens</dt>
      <dd>{tokens}</dd>
      <dt>Subscriptions checked</dt>
      <dd>
        <Time at={subscriptions.checkedAt} />
        {subscriptions.missing.length === 0 && subscriptions.checkedAt !== null && ', complete'}
      </dd>
      {pins.map(({ n, portal: named, since, configured }) => (
        <>
          <dt>Outgoing webhook</dt>
          <dd class="row">
            <span>
              configured for {named}, bound to this portal since <Time at={since} />
              {configured === false && ', not configured any more'}
            </span>
            <ActButton
              terms={terms}
              to={belowPortal(memberId, 'pins', n, 'remove')}
              about={`of ${named}`}
            >
              Remove
            </ActButton>
          </dd>
        </>
      ))}
    </dl>
  )
}
