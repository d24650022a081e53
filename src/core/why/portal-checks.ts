/** The checks of an event's way up to the log: the installation, the binding, and whether the event came. Pure. */
import { isBulletinName } from '../bulletins/bulletin.ts'
import { BINDABLE_EVENTS, displayName } from '../events/event-names.ts'
import { remedyOfMissing } from '../events/missing-events.ts'
import { isOfApplication, meaningOf } from '../events/topics.ts'
import { nearestWord } from '../nearest-word.ts'
import type { PortalStatus } from '../access/portal-status.ts'
import type { Check } from '../views/why-view.ts'
import type { Binding } from './binding.ts'
import type { AskedEvent, PortalFacts } from './why-facts.ts'

/** The requests that wait outside of the portal's object. The caller has looked for them, since the object cannot. */
export interface OutsideFacts {
  /** The requests in the spill. */
  readonly spilled: number
  /** The refused requests that name the event. */
  readonly refused: number
}

/** The checks that concern all destinations. A stored event has passed them all. */
export function portalChecks(
  portal: PortalFacts,
  event: AskedEvent,
  outside: OutsideFacts,
): readonly Check[] {
  if (event.view !== null) return [storedCheck(event.view.sequence, event.view.receivedAt)]
  if (event.name === null) return [notInLogCheck(event)]
  const outsideOfLog = neverInLogCheck(event.name)
  if (outsideOfLog !== null) return [outsideOfLog]
  return [
    ...nameChecks(event.name, portal.binding),
    installCheck(portal),
    ...(portal.binding === null ? [] : [bindingCheck(displayName(event.name), portal.binding)]),
    ...(event.name === HINT && portal.hasRobotAddress === false ? [NO_ROBOT_ADDRESS] : []),
    ...outsideChecks(outside),
    {
      step: 'arrival',
      reason: 'never_arrived',
      blocks: true,
      finding: `No event of this name is among the newest events of the log (${event.searched} were looked through)`,
      remedy: remedyOfAbsence(event.name, portal.binding),
    },
  ]
}

function remedyOfAbsence(name: string, binding: Binding | null): string {
  if (name === HINT) return HINT_REMEDY
  const again = `cause it again in the portal and look at its events. ${REFUSED_TELL}`
  return binding?.kind === 'by_hand'
    ? `${tickRemedy(displayName(name))}, then ${again}`
    : `Bitrix24 sends an event once: ${again}`
}

function tickRemedy(event: string): string {
  return `Tick ${event} in the form of the portal's outgoing webhook, unless it is ticked`
}

const REFUSED_TELL =
  'If nothing comes, the callers that were refused tell whether it reached the relay (GET /admin/api/refused)'

/** The name under which the reports of robots stand in the log. */
const HINT = 'ROBOT_HINT'

const HINT_REMEDY =
  'Let the robot run again, and compare the address in it with the one that was made last. The callers that were refused tell whether it reached the relay (GET /admin/api/refused)'

const NO_ROBOT_ADDRESS: Check = {
  step: 'binding',
  reason: 'no_robot_address',
  blocks: true,
  finding: 'The portal has no address that robots could call',
  remedy:
    'POST /admin/api/portals/{memberId}/robot-address makes one: put it into the robot "Outgoing webhook"',
}

/**
 * What is told or done, and never stands in a log: events of the relay itself, and those of the life of an application.
 */
function neverInLogCheck(name: string): Check | null {
  const found = { step: 'arrival', reason: 'not_in_log', blocks: true } as const
  if (isBulletinName(name.toLowerCase())) {
    return {
      ...found,
      finding: 'It is an event of the relay itself, and no log holds those',
      remedy:
        'The view of the portal lists the last ones in `bulletins`, with the fate of each at every destination that asks for it',
    }
  }
  if (!isOfApplication(name)) return null
  return {
    ...found,
    finding: 'The relay acts upon an event of an application, and tells it to no destination',
    remedy: 'Name the event of the relay in `events`, for example relay.portal.installed',
  }
}

/** A name that Bitrix24's documentation does not have, and that was probably mistyped. */
function nameChecks(name: string, binding: Binding | null): readonly Check[] {
  const meant = meaningOf(name) === null ? nearestWord(name, BINDABLE_EVENTS) : null
  // A portal that is bound to it has an event of this name.
  if (meant === null || binding?.kind === 'bound') return []
  const finding = `Bitrix24 documents no event ${name}: perhaps ${meant} is meant`
  const remedy = `Ask about ${meant}`
  return [{ step: 'binding', reason: 'similar_name', blocks: true, finding, remedy }]
}

function storedCheck(sequence: number, receivedAt: string): Check {
  const finding = `It came at ${receivedAt} and is event ${sequence} of the log`
  return { step: 'arrival', reason: 'stored', blocks: false, finding, remedy: null }
}

function notInLogCheck({ asked, head }: AskedEvent): Check {
  const isAhead = asked !== null && asked > head
  return {
    step: 'arrival',
    reason: isAhead ? 'beyond_head' : 'dropped',
    blocks: true,
    finding: isAhead
      ? `The log ends with event ${head}`
      : 'The log does not hold this event any more',
    remedy: isAhead
      ? null
      : 'Old events go by RETENTION_DAYS and MAX_LOG_BYTES: raise them to keep events for longer',
  }
}

/** The states in which the portal sends nothing, or nothing is taken of it. */
const SILENT: Partial<Readonly<Record<PortalStatus, string>>> = {
  pending: 'An installation waits, and events are refused until it is trusted',
  unfinished: 'The installation is not finished, and Bitrix24 sends nothing until it is',
  suspended: 'Bitrix24 has suspended the portal, or it is closed',
  portal_full: 'The storage of the portal is full, and new events are refused',
  uninstalled: 'The application is not installed in the portal',
  deleted: 'Bitrix24 says that the portal was deleted or stopped',
}

function installCheck({ status, remedy }: PortalFacts): Check {
  const silent = SILENT[status]
  return {
    step: 'install',
    reason: status,
    blocks: silent !== undefined,
    finding: silent ?? foundOf(status),
    remedy: status === 'pending' ? PENDING_REMEDY : remedy,
  }
}

function foundOf(status: PortalStatus): string {
  return status === 'active'
    ? 'The portal is known, and its events are taken'
    : 'Events of the portal are taken, but the relay cannot call it: its bindings stay as they are, and changes are not found'
}

const PENDING_REMEDY = 'The view of the portal says in `pending` what the installation waits for'

function bindingCheck(event: string, binding: Binding): Check {
  const found = { step: 'binding', reason: binding.kind, blocks: false, remedy: null } as const
  switch (binding.kind) {
    case 'bound':
      return { ...found, finding: `The portal is bound to ${event}` }
    case 'unchecked':
      return { ...found, finding: 'The bindings of the portal were not looked at yet' }
    case 'own':
      return { ...found, finding: `${event} comes without a binding` }
    case 'by_hand':
      return {
        ...found,
        finding: `The relay does not bind ${event} here: it comes by the outgoing webhook of the portal`,
        remedy: tickRemedy(event),
      }
    case 'not_wanted':
      return {
        ...found,
        blocks: true,
        finding: `The configuration does not ask for ${event}; the glob * of a destination adds no event`,
        remedy: `Name ${event} in \`events\` of a destination, or in SUBSCRIBED_EVENTS`,
      }
    case 'missing': {
      const { because } = binding
      return {
        ...found,
        reason: because?.reason ?? 'missing',
        blocks: true,
        finding: `The portal is not bound to ${event}`,
        remedy: because === null ? null : remedyOfMissing(because),
      }
    }
  }
}

function outsideChecks({ spilled, refused }: OutsideFacts): readonly Check[] {
  const checks: Check[] = []
  if (spilled > 0) {
    checks.push({
      step: 'arrival',
      reason: 'spilled',
      blocks: true,
      finding: `Requests of the portal wait outside of its object (${spilled}), and this event may be among them`,
      remedy:
        'The relay hands them over every five minutes; the log of the Worker says why it fails',
    })
  }
  if (refused > 0) {
    checks.push({
      step: 'arrival',
      reason: 'refused',
      blocks: true,
      finding: `Such an event was acknowledged, and refused later (${refused} times)`,
      remedy:
        'GET /admin/api/portals/{memberId}/refused says why; once the cause is mended, POST …/refused/replay hands them over again',
    })
  }
  return checks
}
