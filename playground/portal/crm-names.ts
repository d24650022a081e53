/**
 * The names that a simulated portal knows beside its fields: its smart processes, the pipelines of its deals and their
 * stages. Their methods answer as the samples of the documentation do.
 */
import { err, ok } from '../../src/core/result.ts'
import { filterRows, sortRows } from './list-query.ts'
import { readParams, readText } from './php-query.ts'
import type { PortalState } from './portal-state.ts'
import type { RestCall, RestMethod, RestResult } from './rest-call.ts'
import { methodError } from './rest-error.ts'

/** A smart process. Its events name it by `id`, and those of its items by `entityTypeId`. */
export interface SmartProcess {
  readonly id: number
  readonly entityTypeId: number
  readonly title: string
}

/** A pipeline of deals; 0 is the general one. */
export interface Pipeline {
  readonly id: number
  readonly name: string
}

/** A stage of a pipeline of deals. */
export interface Stage {
  /** For example `NEW` of the general pipeline, or `C1:NEW` of pipeline 1. */
  readonly id: string
  readonly name: string
}

/** Everything in the CRM of a portal that has a name. */
export interface CrmNames {
  readonly smartProcesses: readonly SmartProcess[]
  readonly pipelines: readonly Pipeline[]
  readonly stages: readonly Stage[]
}

/** The names of an ordinary portal. The numbers are those of the documentation's examples of events. */
export const USUAL_NAMES: CrmNames = {
  smartProcesses: [
    { id: 45, entityTypeId: 1220, title: 'Rentals' },
    { id: 42, entityTypeId: 147, title: 'Purchases' },
  ],
  pipelines: [
    { id: 0, name: 'General' },
    { id: 1, name: 'Partner sales' },
  ],
  stages: [
    { id: 'NEW', name: 'New' },
    { id: 'WON', name: 'Deal won' },
    { id: 'C1:NEW', name: 'First contact' },
    { id: 'C1:WON', name: 'Contract signed' },
  ],
}

/** A portal without any of these. */
export const NO_NAMES: CrmNames = { smartProcesses: [], pipelines: [], stages: [] }

/** The part of a portal's state on which names depend. */
type NamedPortal = Pick<PortalState, 'names'> & {
  readonly conditions: Pick<PortalState['conditions'], 'fieldRights'>
}

const DEAL_TYPE = 2
const ACCESS_DENIED = methodError('ACCESS_DENIED', 'Access denied')

/** The methods that tell names, by lower-case name. */
export function createNameMethods(state: NamedPortal): [string, RestMethod][] {
  const methods: [string, RestMethod][] = [
    [
      'crm.type.get',
      ({ params }) => getSmartProcess(state, ({ id }) => String(id) === readText(params, 'id')),
    ],
    [
      'crm.type.getbyentitytypeid',
      ({ params }) =>
        getSmartProcess(
          state,
          ({ entityTypeId }) => String(entityTypeId) === readText(params, 'entityTypeId'),
        ),
    ],
    ['crm.category.get', (call) => getPipeline(state, call)],
    ['crm.status.list', (call) => listStages(state, call)],
  ]
  return methods.map(([name, method]) => [
    name,
    (call) => (state.conditions.fieldRights === 'denied' ? err(ACCESS_DENIED) : method(call)),
  ])
}

/** A smart process that is not there is the error 0, a number. */
function getSmartProcess(
  { names }: NamedPortal,
  isWanted: (process: SmartProcess) => boolean,
): RestResult {
  const found = names.smartProcesses.find(isWanted)
  if (found === undefined) return err(methodError(0, 'SPA not found'))
  const { id, title, entityTypeId } = found
  return ok({ result: { type: { id, title, code: '', createdBy: 1, entityTypeId } } })
}

function getPipeline({ names }: NamedPortal, { params }: RestCall): RestResult {
  const isOfDeals = readText(params, 'entityTypeId') === String(DEAL_TYPE)
  const found = names.pipelines.find(({ id }) => String(id) === readText(params, 'id'))
  if (!isOfDeals || found === undefined) return err(methodError('NOT_FOUND', 'Element not found'))
  const { id, name } = found
  const isDefault = id === 0 ? 'Y' : 'N'
  return ok({ result: { category: { id, name, sort: 200, entityTypeId: DEAL_TYPE, isDefault } } })
}

/** Each pipeline of deals has a list of its own: that of pipeline 1 is `DEAL_STAGE_1`. */
function listStages({ names }: NamedPortal, { params }: RestCall): RestResult {
  const rows = names.stages.map(({ id, name }, index) => {
    const pipeline = /^C(\d+):/.exec(id)?.[1]
    return {
      ID: String(101 + 2 * index),
      ENTITY_ID: pipeline === undefined ? 'DEAL_STAGE' : `DEAL_STAGE_${pipeline}`,
      STATUS_ID: id,
      NAME: name,
      NAME_INIT: '',
      SORT: String(10 * (index + 1)),
      SYSTEM: 'N',
      CATEGORY_ID: pipeline ?? null,
    }
  })
  const found = filterRows(rows, readParams(params, 'filter'))
  const result = sortRows(found, readParams(params, 'order'))
  return ok({ result, total: result.length })
}
