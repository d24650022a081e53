/** The OpenAPI document: a valid one, with every route of the router and nothing else. */
import { Validator } from '@seriousme/openapi-schema-validator'
import { beforeAll, describe, expect, it } from 'vitest'
import { formatOpenApi } from '../../scripts/openapi-document.ts'
import { DESCRIPTIONS } from '../../src/http/admin/openapi/descriptions.ts'
import { createAdminRoutes } from '../../src/http/admin/routes.ts'

interface Operation {
  readonly summary: string
  readonly parameters?: readonly { readonly in: string; readonly name: string }[]
  readonly requestBody?: { readonly required: boolean }
  readonly responses: Readonly<Record<string, unknown>>
}

interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

const routes = createAdminRoutes(() => expect.fail('no portal is asked'))
let document: Document

beforeAll(async () => {
  document = await (await routes.request('/openapi.json')).json()
})

/** Every route that has a handler. */
function handled(): readonly string[] {
  const named = routes.routes.filter(({ method }) => method !== 'ALL')
  return [...new Set(named.map(({ method, path }) => `${method} ${path}`))]
}

describe('the OpenAPI document', () => {
  it('is one of OpenAPI 3.1, as a validator of others sees it', async () => {
    const result = await new Validator().validate({ ...document })
    expect(result).toEqual({ valid: true })
    expect(document.openapi).toBe('3.1.0')
  })

  it('is what the schemas that check requests and type answers make', () => {
    expect(document).toEqual(JSON.parse(formatOpenApi()))
  })

  it('describes every route that has a handler, and nothing else', () => {
    expect(Object.keys(DESCRIPTIONS).toSorted()).toEqual(handled().toSorted())
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    )
    const known = Object.keys(DESCRIPTIONS).map((route) => route.replaceAll(/:(\w+)/g, '{$1}'))
    expect(described.toSorted()).toEqual(known.toSorted())
  })

  it('tells of each route its parameters, its answer and its errors', () => {
    const replay = document.paths['/portals/{memberId}/lanes/{destination}/replay']?.['post']
    expect(replay?.parameters?.map((one) => `${one.in} ${one.name}`).toSorted()).toEqual([
      'path destination',
      'path memberId',
      'query dryRun',
    ])
    expect(replay?.requestBody).toMatchObject({ required: true })
    expect(Object.keys(replay?.responses ?? {})).toEqual(
      expect.arrayContaining(['202', '400', '401', '404', '409', '429', '500']),
    )
    const destinations = document.paths['/destinations/{destination}/test']?.['post']
    expect(destinations?.requestBody).toMatchObject({ required: false })
  })
})
