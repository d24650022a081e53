/** Holds each answer of the admin API against the OpenAPI document that the Worker itself gives. */
import { Validator, type Schema } from '@cfworker/json-schema'
import { createAdminRoutes } from '../../../src/http/admin/routes.ts'

interface Operation {
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

async function loadDocument(): Promise<Document> {
  const routes = createAdminRoutes(() => {
    throw new Error('Cannot ask a portal for the document')
  })
  return (await routes.request('/openapi.json')).json()
}

let document: Promise<Document> | null = null

/** Throws where an answer is not what the document says. Routes and methods that it does not know have to be 404. */
export async function checkAnswer(method: string, path: string, response: Response): Promise<void> {
  document ??= loadDocument()
  const operation = findOperation(await document, method, path)
  const { status } = response
  if (operation === null) {
    if (status === 404 || status === 401 || status === 429) return
    throw new Error(`The OpenAPI document does not know ${method} ${path}`)
  }
  const described = operation.responses[status]
  if (described === undefined) {
    throw new Error(`The OpenAPI document knows no answer ${status} of ${method} ${path}`)
  }
  const type = (response.headers.get('content-type') ?? '').split(';')[0] ?? ''
  const text = await response.text()
  if (text === '' && described.content === undefined) return
  const schema = described.content?.[type]?.schema
  if (schema === undefined) throw new Error(`${method} ${path}: no ${type} is described`)
  const values = type === 'application/x-ndjson' ? text.split('\n').filter(Boolean) : [text]
  // Sound: a schema that is closed is a schema.
  const validator = new Validator(closed(schema) as Schema, '2020-12')
  for (const value of values) {
    const { valid, errors } = validator.validate(JSON.parse(value))
    if (!valid) throw new Error(`${method} ${path}: ${JSON.stringify(errors.slice(-3))}`)
  }
}

function findOperation({ paths }: Document, method: string, path: string): Operation | null {
  for (const [pattern, operations] of Object.entries(paths)) {
    const form = new RegExp(
      `^${pattern.replaceAll(/\{\w+\}/gu, '[^/]+').replaceAll('.', '\\.')}$`,
      'u',
    )
    const operation = operations[method.toLowerCase()]
    if (form.test(path) && operation !== undefined) return operation
  }
  return null
}

/** The schema without room for further members: the document leaves it to later versions, and a test does not. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const own = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]))
  const isOpen = 'properties' in schema && !('additionalProperties' in schema)
  return isOpen ? { ...own, additionalProperties: false } : own
}
