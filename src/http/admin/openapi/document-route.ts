/**
 * The route of the OpenAPI document. The document is made before the build, so the Worker carries a text only; a test
 * compares it with the schemas that check the requests and type the answers.
 */
import type { Hono } from 'hono'
import { OPENAPI_DOCUMENT } from './document.ts'

/** Adds the route of the document. */
export function addDocumentRoute(routes: Hono): void {
  routes.get('/openapi.json', (c) =>
    c.body(OPENAPI_DOCUMENT, 200, {
      'content-type': 'application/json',
      'cache-control': 'no-store',
    }),
  )
}
