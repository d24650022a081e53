/** Checks of `doctor` against a relay that runs: its health, the admin access, KV, a portal, each destination. */
import * as v from 'valibot'
import { DestinationsSchema, OutcomeViewSchema } from '../../src/core/views/destination-views.ts'
import { PortalAnswerSchema } from '../../src/core/views/whole-view.ts'
import { portalPath, type AdminClient } from '../api/admin-client.ts'
import { listPortals } from '../api/list-portals.ts'
import { Fault } from '../fault.ts'
import { countOf, noValueRemedy } from '../terminal/words.ts'
import { findingsOf, type Finding } from './finding.ts'

/** The things to check. */
export interface RelayCheckOptions {
  /** A portal whose installation and bindings are looked at; null for none. */
  readonly portal: string | null
  /** Whether each destination gets a test message. */
  readonly sends: boolean
}

/** The member id of no portal: KV is read under it. */
const NO_PORTAL = '0'.repeat(32)

const RefusedSchema = v.object({ refused: v.array(v.unknown()) })

/** Checks a relay. A check whose question fails is a problem, and the others go on; without access they end. */
export async function checkRelay(
  client: AdminClient,
  { portal, sends }: RelayCheckOptions,
): Promise<readonly Finding[]> {
  const health = await tried('health', () => checkHealth(client))
  const access = await tried('admin', async () => [
    findingsOf('admin').ok(
      `It lets in, and knows ${countOf((await listPortals(client)).length, 'portal')}`,
    ),
  ])
  if (access.some(({ result }) => result === 'problem')) return [...health, ...access]
  return [
    ...health,
    ...access,
    ...(await tried('kv', () => checkKv(client))),
    ...(await tried('portals', () => checkPortals(client))),
    ...(portal === null ? [] : await tried(`portal ${portal}`, () => checkPortal(client, portal))),
    ...(await tried('destinations', () => checkDestinations(client, { sends, portal }))),
  ]
}

async function tried(
  check: string,
  ask: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof Fault) return [findingsOf(check).problem(error.message, error.remedy)]
    throw error
  }
}

async function checkHealth(client: AdminClient): Promise<readonly Finding[]> {
  const { ok, problem, warning } = findingsOf('health')
  const health = await client.health('by anybody')
  return [
    ...(health.status === 'ok' ? [ok(`The relay is well, version ${health.version}`)] : []),
    ...(health.problems ?? []).map((one) => problem(`${one.setting}: ${one.problem}`)),
    ...(health.warnings ?? []).map((text) => warning(text)),
    ...(health.pending ?? []).map((text) => warning(text)),
  ]
}

/** The list of refused requests is read from KV, and no object is asked. */
async function checkKv(client: AdminClient): Promise<readonly Finding[]> {
  await client.ask(portalPath(NO_PORTAL, '/refused'), RefusedSchema)
  return [findingsOf('kv').ok('KV answers')]
}

async function checkPortals(client: AdminClient): Promise<readonly Finding[]> {
  const { ok, problem } = findingsOf('portals')
  const troubled = await listPortals(client, { problem: 'true' })
  if (troubled.length === 0) return [ok('No portal needs anybody')]
  return troubled.map((row) =>
    problem(
      `${row.domain ?? row.memberId}: ${[row.problem, row.destination].filter(Boolean).join(' ')}`,
      row.remedy,
    ),
  )
}

async function checkPortal(client: AdminClient, name: string): Promise<readonly Finding[]> {
  const { ok, problem, warning } = findingsOf(`portal ${name}`)
  const { state, remedy, subscriptions } = await client.ask(portalPath(name), PortalAnswerSchema)
  const { checkedAt, missing, others, tick = [] } = subscriptions
  const bindings = missing.map((one) =>
    problem(`It is not bound to ${one.event} (${one.reason ?? 'no reason is known'})`, one.remedy),
  )
  return [
    state === 'active' ? ok('Its installation is active') : problem(`It is ${state}`, remedy),
    ...bindings,
    ...(checkedAt !== null && missing.length === 0
      ? [ok('It is bound to every wanted event')]
      : []),
    ...(checkedAt === null && tick.length === 0
      ? [warning('Its bindings were not looked at yet')]
      : []),
    ...(others.length > 0
      ? [warning(`Other relays are bound as well: ${others.join(', ')}`, subscriptions.remedy)]
      : []),
    ...(tick.length > 0
      ? [warning(`These events have to be ticked in its outgoing webhook: ${tick.join(', ')}`)]
      : []),
  ]
}

async function checkDestinations(
  client: AdminClient,
  options: RelayCheckOptions,
): Promise<readonly Finding[]> {
  const { destinations } = await client.ask('/destinations', DestinationsSchema)
  const findings: Finding[] = []
  for (const one of destinations) {
    findings.push(...checkDestination(one))
    // A destination with a wrong setting, or one that is configured no more, sends nothing.
    if (options.sends && one.type !== null && one.problems.length === 0) {
      findings.push(await sendTest(client, one.name, options.portal))
    }
  }
  return findings
}

type Destination = v.InferOutput<typeof DestinationsSchema>['destinations'][number]

function checkDestination(destination: Destination): readonly Finding[] {
  const { name, type, host, problems, state, parked, lastOutcome } = destination
  const { ok, problem, warning } = findingsOf(`destination ${name}`)
  if (type === null) return [warning('It is configured no more, and lanes of it are left')]
  const findings = problems.map((one) => problem(`${one.setting}: ${one.problem}`))
  if (state === 'disabled') {
    findings.push(
      problem('Lanes of it are disabled', '`npm run relay -- status <portal>` says why'),
    )
  }
  if (state === 'retrying') {
    findings.push(warning(`Its receiver fails: ${lastOutcome?.reason ?? 'no reason is known'}`))
  }
  if (parked > 0)
    findings.push(
      warning(`Parked: ${countOf(parked, 'event')}`, '`npm run relay -- parked` lists them'),
    )
  return findings.length > 0
    ? findings
    : [ok(`It is usable: ${type}${host === null ? '' : ` at ${host}`}`)]
}

async function sendTest(
  client: AdminClient,
  name: string,
  portal: string | null,
): Promise<Finding> {
  const { ok, problem, skipped } = findingsOf(`destination ${name}`)
  const body = portal === null ? {} : { memberId: portal }
  const path = `/destinations/${encodeURIComponent(name)}/test`
  const { outcome, reason, status, detail } = await client.ask(path, OutcomeViewSchema, {
    method: 'POST',
    body,
  })
  if (outcome === 'delivered') return ok('A test message was delivered')
  if (reason === 'no_value' && portal === null) {
    return skipped('No test message: it asks for values of a portal', noValueRemedy(portal))
  }
  const why = [reason, status === null ? null : `HTTP ${status}`, detail].filter(Boolean).join(', ')
  const told = `A test message was ${outcome === 'rejected' ? 'rejected' : 'not taken'}: ${why}`
  return problem(told, reason === 'no_value' ? noValueRemedy(portal) : null)
}
