/** Runs the actions of a person on the page. The page is not trusted: each action is checked here. */
import { setTimeout as sleep } from 'node:timers/promises'
import { readString, type ActionInput } from './action-input.ts'
import { DOCUMENTED_EVENTS } from './documented-events.ts'
import { GUIDE_START, nextStep } from './guide.ts'
import { sendEvent as post } from './portal/sender.ts'
import { silenceOf } from './portal-silence.ts'
import {
  createField,
  deleteField,
  editInBurst,
  importFields,
  updateField,
  type ActionProblem,
} from './session-fields.ts'
import type { SessionReceiver } from './session-receivers.ts'
import type { Session } from './session.ts'

type Action = (session: Session, input: ActionInput) => Promise<ActionProblem>

const RESTART_AFTER_MS = 1500
const RATE_LIMIT_SECONDS = 20
const SLOW_MS = 5000

const ACTIONS: ReadonlyMap<unknown, Action> = new Map<unknown, Action>([
  ['install', install],
  [
    'uninstall',
    async ({ portal }, input) => {
      await portal.uninstall({ clean: input['clean'] === true })
      return null
    },
  ],
  ['createField', createField],
  ['updateField', updateField],
  ['deleteField', deleteField],
  ['sendEvent', sendEvent],
  ['import', importFields],
  ['burst', editInBurst],
  ['switch', flipSwitch],
  ['receiver', setReceiver],
  ['resume', resumeLane],
  ['reconcile', reconcile],
  ['kill', killRelay],
  ['guide', followGuide],
  ['reset', startAnew],
])

/** Runs one action. `input.action` names it. */
export async function runAction(session: Session, input: ActionInput): Promise<ActionProblem> {
  const action = ACTIONS.get(input['action'])
  if (action === undefined) return 'This action does not exist'
  if (session.isResetting) return 'The playground is starting anew: wait a moment'
  try {
    return await action(session, input)
  } finally {
    session.notify()
  }
}

/**
 * Installs the application. Bitrix24 tells times in seconds, and the relay believes only an installation that is later
 * than the uninstall before it; nobody is that quick in a real portal.
 */
async function install({ portal }: Session): Promise<ActionProblem> {
  const left = portal.sends.findLast(({ event }) => event === 'ONAPPUNINSTALL')?.at ?? 0
  const nextSecond = (Math.floor(left / 1000) + 1) * 1000
  if (nextSecond > Date.now()) await sleep(nextSecond - Date.now())
  const [sent] = await portal.install()
  return sent?.status === 200 ? null : tellStatus(sent?.status ?? null)
}

/** Sends the example of a documented event, whether or not the relay has bound it. */
async function sendEvent({ portal }: Session, input: ActionInput): Promise<ActionProblem> {
  const wanted = readString(input, 'name').trim().toUpperCase()
  const event = DOCUMENTED_EVENTS.find(({ name }) => name.toUpperCase() === wanted)
  if (event === undefined) return 'The documentation has no event of this name'
  const silence = silenceOf(portal)
  if (silence !== null) return silence.text
  await portal.sendEvent(wanted, event.data, { evenUnbound: true })
  return null
}

async function flipSwitch({ portal, relay }: Session, input: ActionInput): Promise<ActionProblem> {
  const on = input['on'] === true
  switch (input['name']) {
    case 'robot':
      portal.switches.robot = on
      return null
    case 'twice':
      portal.switches.twice = on
      return null
    case 'wrongToken':
      portal.switches.wrongToken = on
      return null
    case 'loseNext':
      portal.faults.loseNext(on ? 1 : 0)
      return null
    case 'planEnded':
      portal.setLicence(on ? 'lost' : 'paid')
      return null
    case 'rightsLost':
      portal.conditions.fieldRights = on ? 'denied' : 'full'
      return null
    case 'tokensExpired':
      if (on) portal.expireTokens()
      return on ? null : openApplication({ portal, relay })
    default:
      return 'This switch does not exist'
  }
}

/** An administrator opens the application in the portal, which gives the relay a new pair of tokens. */
async function openApplication({
  portal,
  relay,
}: Pick<Session, 'portal' | 'relay'>): Promise<ActionProblem> {
  if (!relay.running) return 'The relay is down'
  const { search, body } = portal.openApplication()
  const request = {
    event: '',
    handlerId: null,
    url: `${relay.url}/bitrix24/install${search}`,
    body,
  }
  const { status } = await post(request, { clock: Date.now })
  return status === 200 ? null : tellStatus(status)
}

function tellStatus(status: number | null): string {
  return status === null ? 'The relay does not answer' : `The relay answers ${status}`
}

type Behave = (receiver: SessionReceiver, notify: () => void) => void

const BEHAVIOURS: ReadonlyMap<unknown, Behave> = new Map<unknown, Behave>([
  ['normal', ({ simulator }) => simulator.recover()],
  [
    'rate_limited',
    ({ simulator }, notify) => {
      simulator.rateLimitFor(RATE_LIMIT_SECONDS)
      // Nothing else would tell the page that the limit has ended.
      setTimeout(notify, RATE_LIMIT_SECONDS * 1000 + 50).unref()
    },
  ],
  ['slow', ({ simulator }) => simulator.slow(SLOW_MS)],
  ['reset', ({ simulator }) => simulator.reset()],
  ['down', ({ simulator }) => simulator.down()],
  ['gone', ({ simulator, gone }) => simulator.answer(gone)],
  ['error_inside', ({ simulator, errorInside }) => simulator.answer(errorInside)],
  ['flood', ({ simulator }) => simulator.flood()],
])

async function setReceiver(session: Session, input: ActionInput): Promise<ActionProblem> {
  const name = input['receiver']
  const [, receiver] = Object.entries(session.receivers).find(([type]) => type === name) ?? []
  if (receiver === undefined) return 'This receiver does not exist'
  const behave = BEHAVIOURS.get(input['behaviour'])
  if (behave === undefined) return 'This behaviour does not exist'
  // The switch of a receiver may leave something of its last behaviour behind.
  receiver.simulator.recover()
  behave(receiver, session.notify)
  return null
}

async function resumeLane({ lanes }: Session, input: ActionInput): Promise<ActionProblem> {
  const status = await lanes.resume(readString(input, 'destination'))
  return status === 200 ? null : tellStatus(status)
}

/** Starts a comparison, which goes on after the answer. The changes that it finds arrive like other events. */
async function reconcile({ portal, relay, lanes }: Session): Promise<ActionProblem> {
  if (!relay.running) return 'The relay is down'
  if (!portal.installed) return 'The application is uninstalled: install it again first'
  const status = await lanes.reconcile()
  return status === 202 ? null : tellStatus(status)
}

async function killRelay({ relay, notify }: Session): Promise<ActionProblem> {
  if (!relay.running) return 'The relay is already down'
  await relay.kill()
  notify()
  await sleep(RESTART_AFTER_MS)
  await relay.restart()
  return null
}

/** Does the present step of the guide, goes on without it, or begins anew. */
async function followGuide(session: Session, input: ActionInput): Promise<ActionProblem> {
  switch (input['step']) {
    case 'next':
      session.guide = nextStep(session.guide)
      return null
    case 'again':
      session.guide = GUIDE_START
      return null
    case 'do':
      return doGuideStep(session)
    default:
      return 'The guide cannot do this'
  }
}

async function doGuideStep(session: Session): Promise<ActionProblem> {
  const { receivers, notify } = session
  switch (session.guide.at) {
    case 0:
      return renameField(session)
    case 2:
      receivers.slack.simulator.down()
      return renameField(session)
    case 3:
      receivers.slack.simulator.recover()
      return resumeLane(session, { destination: receivers.slack.destination.name })
    case 4:
      return killRelay(session)
    case 5: {
      session.portal.faults.loseNext(1)
      const problem = await renameField(session)
      notify()
      return problem ?? reconcile(session)
    }
    default:
      return null
  }
}

const LABELS = ['Tax number', 'Tax ID', 'VAT number']

/** Gives the first field the next one of a few labels. */
async function renameField(session: Session): Promise<ActionProblem> {
  const [field] = session.portal.fields
  if (field === undefined) return 'There is no field to edit: create one'
  const at = LABELS.indexOf(field.labels['EDIT_FORM_LABEL']?.['en'] ?? '')
  const label = LABELS[(at + 1) % LABELS.length]
  return updateField(session, { id: field.ID, label })
}

async function startAnew(session: Session): Promise<ActionProblem> {
  await session.reset()
  return null
}
