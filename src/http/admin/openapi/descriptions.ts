/**
 * The descriptions of the admin API's routes, by method and path: `npm run generate` makes the OpenAPI document of them
 * (document.ts). The Worker itself does not need them. A route without one does not pass the tests.
 */
import * as v from 'valibot'
import { RefusedCallersSchema } from '../../../core/views/refused-callers-view.ts'
import {
  LaneStateSchema,
  ProgressSchema,
  ReplayedSchema,
  StartedSchema,
} from '../../../core/views/act-views.ts'
import {
  EventsPageSchema,
  EventViewSchema,
  ParkedListSchema,
} from '../../../core/views/event-views.ts'
import {
  DestinationsSchema,
  OutcomeViewSchema,
  PreviewViewSchema,
  ReplayDryRunSchema,
} from '../../../core/views/destination-views.ts'
import { HistorySchema } from '../../../core/views/history-view.ts'
import { PortalListSchema } from '../../../core/views/portal-list.ts'
import { ShownSealsSchema } from '../../../core/views/seals-view.ts'
import { WhyViewSchema } from '../../../core/views/why-view.ts'
import { PortalAnswerSchema } from '../../../core/views/whole-view.ts'
import { ParkedSchema, ReplayOrderQuerySchema } from '../api/destinations.ts'
import { PreviewWishSchema, TestWishSchema } from '../api/try-destination.ts'
import { DryRunSchema, ParkSchema, ReplaySchema } from '../api/lanes.ts'
import { AfterSchema, DomainSchema, ErasedSchema } from '../api/leaving.ts'
import { ListQuerySchema } from '../api/portal-list.ts'
import { RefusedRequestsSchema, RefusedReplaySchema } from '../api/refused-requests.ts'
import { RobotAddressSchema } from '../api/robot-address.ts'
import { EventsQuerySchema, ValueSchema } from '../api/portal.ts'
import { WhyQuerySchema } from '../api/why.ts'
import type { ErrorCode } from '../../error-response.ts'

/** Everything that the document tells of one route beside its path. */
export interface RouteText {
  readonly summary: string
  readonly status: number
  /** The answer; null when it has no body. */
  readonly answer: v.GenericSchema | null
  /** @default application/json */
  readonly mediaType?: string
  /** The errors beside those that every route may answer. */
  readonly errors: readonly ErrorCode[]
  readonly body?: v.GenericSchema
  /** @default false */
  readonly isBodyOptional?: boolean
  readonly query?: { readonly entries: Readonly<Record<string, v.GenericSchema>> }
}

const NOTHING = { status: 204, answer: null } as const
const PORTAL_ERRORS = ['not_found', 'ambiguous_domain'] as const
const LANE = '/portals/:memberId/lanes/:destination'
const LANE_ERRORS = [...PORTAL_ERRORS, 'removed_destination'] as const
const DESTINATION = '/destinations/:destination'

/** Every route with its description. */
export const DESCRIPTIONS: Readonly<Record<string, RouteText>> = {
  'GET /portals': {
    summary: 'Every portal with its state, what waits, and its problem',
    status: 200,
    answer: PortalListSchema,
    query: ListQuerySchema,
    errors: ['invalid_request'],
  },
  'GET /portals/:memberId': {
    summary: 'The state of a portal with its install, its numbers and its lanes',
    status: 200,
    answer: PortalAnswerSchema,
    errors: PORTAL_ERRORS,
  },
  'DELETE /portals/:memberId': {
    summary: 'Erases everything of a portal but its tombstone',
    status: 200,
    answer: ErasedSchema,
    body: DomainSchema,
    errors: [...PORTAL_ERRORS, 'invalid_request', 'wrong_domain'],
  },
  'GET /portals/:memberId/events': {
    summary: 'A page of events, newest first, with their changes and fates',
    status: 200,
    answer: EventsPageSchema,
    query: EventsQuerySchema,
    errors: [...PORTAL_ERRORS, 'invalid_request'],
  },
  'GET /portals/:memberId/events/:sequence': {
    summary: 'One event with its changes and fates',
    status: 200,
    answer: EventViewSchema,
    errors: PORTAL_ERRORS,
  },
  'DELETE /portals/:memberId/events/:sequence': {
    summary: 'Erases the content of an event',
    ...NOTHING,
    errors: [...PORTAL_ERRORS, 'still_waiting'],
  },
  'GET /portals/:memberId/export': {
    summary: 'The log as lines of JSON, oldest event first',
    status: 200,
    answer: EventViewSchema,
    mediaType: 'application/x-ndjson',
    query: AfterSchema,
    errors: [...PORTAL_ERRORS, 'invalid_request'],
  },
  'GET /portals/:memberId/history': {
    summary:
      'The last 48 hours: events received, and of each lane deliveries, their delay, and what waited',
    status: 200,
    answer: HistorySchema,
    errors: PORTAL_ERRORS,
  },
  'GET /portals/:memberId/parked': {
    summary: 'The parked events of all lanes',
    status: 200,
    answer: ParkedListSchema,
    errors: PORTAL_ERRORS,
  },
  'GET /portals/:memberId/why': {
    summary: 'Why a destination got, or would get, no message about an event',
    status: 200,
    answer: WhyViewSchema,
    query: WhyQuerySchema,
    errors: [...PORTAL_ERRORS, 'invalid_request'],
  },
  'GET /portals/:memberId/seals': {
    summary: 'How many records each key has sealed',
    status: 200,
    answer: ShownSealsSchema,
    errors: PORTAL_ERRORS,
  },
  'PUT /portals/:memberId/values/:name': {
    summary: 'Stores a value of the portal, sealed',
    ...NOTHING,
    body: ValueSchema,
    errors: [...PORTAL_ERRORS, 'invalid_request', 'misconfigured'],
  },
  'DELETE /portals/:memberId/values/:name': {
    summary: 'Deletes a value of the portal',
    ...NOTHING,
    errors: [...PORTAL_ERRORS, 'invalid_request'],
  },
  'DELETE /portals/:memberId/pins/:n': {
    summary: 'Lets the token of an outgoing webhook speak for another portal',
    ...NOTHING,
    errors: PORTAL_ERRORS,
  },
  'POST /portals/:memberId/reconcile': {
    summary: 'Compares the portal with the known fields now',
    status: 202,
    answer: StartedSchema,
    errors: [...PORTAL_ERRORS, 'no_access'],
  },
  'POST /portals/:memberId/robot-address': {
    summary: 'Makes the secret address for hints of robots; the former one ends',
    status: 201,
    answer: RobotAddressSchema,
    errors: PORTAL_ERRORS,
  },
  'DELETE /portals/:memberId/robot-address': {
    summary: 'Removes this address',
    ...NOTHING,
    errors: PORTAL_ERRORS,
  },
  [`POST ${LANE}/pause`]: {
    summary: 'Stops the lane',
    status: 200,
    answer: LaneStateSchema,
    errors: LANE_ERRORS,
  },
  [`POST ${LANE}/resume`]: {
    summary: 'Lets the lane go on at once',
    status: 200,
    answer: LaneStateSchema,
    errors: LANE_ERRORS,
  },
  [`POST ${LANE}/park`]: {
    summary: 'Parks the event at which the lane stands',
    status: 200,
    answer: LaneStateSchema,
    body: ParkSchema,
    errors: [...LANE_ERRORS, 'invalid_request', 'not_head'],
  },
  [`POST ${LANE}/replay`]: {
    summary: 'Sends events again: a range, or everything that is parked',
    status: 202,
    answer: ReplayedSchema,
    body: ReplaySchema,
    query: DryRunSchema,
    errors: [...LANE_ERRORS, 'invalid_request', 'too_many_jobs'],
  },
  'GET /portals/:memberId/refused': {
    summary: 'The requests that were acknowledged and later not believed',
    status: 200,
    answer: RefusedRequestsSchema,
    errors: PORTAL_ERRORS,
  },
  'POST /portals/:memberId/refused/replay': {
    summary: 'Hands these requests over again',
    status: 202,
    answer: RefusedReplaySchema,
    errors: PORTAL_ERRORS,
  },
  'GET /refused': {
    summary: 'The last callers that were not let through',
    status: 200,
    answer: RefusedCallersSchema,
    errors: [],
  },
  'GET /destinations': {
    summary: 'Every destination: its receiver, its lanes in all portals, its last outcome',
    status: 200,
    answer: DestinationsSchema,
    errors: [],
  },
  [`POST ${DESTINATION}/pause`]: {
    summary: 'Stops the lanes of the destination in all portals',
    status: 202,
    answer: ProgressSchema,
    errors: ['not_found', 'invalid_request'],
  },
  [`POST ${DESTINATION}/resume`]: {
    summary: 'Lets them go on at once',
    status: 202,
    answer: ProgressSchema,
    errors: ['not_found', 'invalid_request'],
  },
  [`POST ${DESTINATION}/replay`]: {
    summary: 'Sends again what is parked in all portals, or counts it portal by portal',
    status: 202,
    answer: v.union([ProgressSchema, ReplayDryRunSchema]),
    body: ParkedSchema,
    query: ReplayOrderQuerySchema,
    errors: ['not_found', 'invalid_request'],
  },
  [`POST ${DESTINATION}/test`]: {
    summary: 'Sends a test message',
    status: 200,
    answer: OutcomeViewSchema,
    body: TestWishSchema,
    isBodyOptional: true,
    errors: [...PORTAL_ERRORS, 'invalid_request'],
  },
  [`POST ${DESTINATION}/preview`]: {
    summary: 'Shows the message about an event, and sends nothing',
    status: 200,
    answer: PreviewViewSchema,
    body: PreviewWishSchema,
    isBodyOptional: true,
    errors: [...PORTAL_ERRORS, 'invalid_request', 'unusable_destination'],
  },
  'GET /openapi.json': {
    summary: 'This document',
    status: 200,
    answer: v.record(v.string(), v.unknown()),
    errors: [],
  },
}
