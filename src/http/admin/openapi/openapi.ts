/**
 * The OpenAPI document of the admin API. Each route is described by the schemas that check its requests and by those from
 * which the types of its answers come, so the document cannot say anything else than the program.
 */
import { toJsonSchema, type JsonSchema } from '@valibot/to-json-schema'
import type { Hono, MiddlewareHandler } from 'hono'
import { describeRoute, generateSpecs } from 'hono-openapi'
import * as v from 'valibot'
import { errorStatus, type ErrorCode } from '../../error-response.ts'
import { reply } from '../api/exchange.ts'

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

/** The errors of every route: without any way in, the whole surface is a 404. */
const COMMON_ERRORS = [
  'unauthorized',
  'foreign_request',
  'not_found',
  'too_many_requests',
  'internal_error',
] as const

/** The form of an error that carries one of these codes. */
function errorSchema(codes: readonly ErrorCode[]) {
  return v.object({ error: v.object({ code: v.picklist(codes), message: v.string() }) })
}

const JSON_TYPE = 'application/json'

/** Describes a route for the document; requests pass it by. */
export function described(text: RouteText): MiddlewareHandler {
  const { summary, status, answer, mediaType = JSON_TYPE, body, query } = text
  const content = answer && { [mediaType]: { schema: schemaOf(answer, 'output') } }
  return describeRoute({
    summary,
    responses: {
      [status]: { description: summary, ...(content && { content }) },
      ...errorsOf([...COMMON_ERRORS, ...text.errors]),
    },
    ...(query && { parameters: parametersOf(query.entries) }),
    ...(body && {
      requestBody: {
        required: text.isBodyOptional !== true,
        content: { [JSON_TYPE]: { schema: schemaOf(body, 'input') } },
      },
    }),
  })
}

/** One answer for each status, with the codes that it may carry. */
function errorsOf(codes: readonly ErrorCode[]) {
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of new Set(codes)) {
    const status = errorStatus(code)
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, same]) => {
      const schema = schemaOf(errorSchema(same), 'output')
      return [status, { description: same.join(', '), content: { [JSON_TYPE]: { schema } } }]
    }),
  )
}

function parametersOf(entries: Readonly<Record<string, v.GenericSchema>>) {
  return Object.entries(entries).map(([name, schema]) => ({
    in: 'query' as const,
    name,
    required: false,
    schema: schemaOf(schema, 'input'),
  }))
}

/** A check that JSON Schema has no word for is left out: the document is a little wider than the program. */
function schemaOf(schema: v.GenericSchema, typeMode: 'input' | 'output') {
  const { $schema: _dialect, ...own } = toJsonSchema(schema, { typeMode, errorMode: 'ignore' })
  // Sound: the library writes JSON Schema, of which OpenAPI 3.1 takes every form.
  return own as Omit<JsonSchema, '$schema'> as never
}

/** Adds the route of the document, which describes all routes that were added before. */
export function addDocumentRoute(routes: Hono): void {
  let document: Promise<unknown> | null = null
  routes.get('/openapi.json', async () => {
    document ??= generateSpecs(routes, { documentation: FRAME, excludeStaticFile: false })
    return reply(await document)
  })
}

const FRAME = {
  openapi: '3.1.0',
  info: {
    title: 'bitrix24-event-relay',
    version: '1',
    description: 'The admin API. Times are ISO 8601 in UTC; answers may get further members.',
  },
  servers: [{ url: '/admin/api' }],
  security: [{ adminToken: [] }, { cloudflareAccess: [] }],
  components: {
    securitySchemes: {
      adminToken: { type: 'http' as const, scheme: 'bearer' },
      cloudflareAccess: {
        type: 'apiKey' as const,
        in: 'header' as const,
        name: 'Cf-Access-Jwt-Assertion',
      },
    },
  },
}
