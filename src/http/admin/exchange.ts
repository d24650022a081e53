/**
 * The common part of all admin routes: they find the portal that the path names, read JSON, and write answers
 * that nobody caches.
 */
import type { Context } from 'hono'
import * as v from 'valibot'
import { isMemberId } from '../../core/access/member-id.ts'
import type { PortalClient, PortalLookup } from '../../edge/portal-client.ts'
import { withTimeout } from '../../storage/with-timeout.ts'
import { readBody } from '../body.ts'
import { errorResponse } from '../error-response.ts'

/** How long an admin request may take, in milliseconds: the portal's object may be silent. */
export const ADMIN_MS = 30_000

/** The largest body of an admin request, in bytes. */
const MAX_ADMIN_BODY_BYTES = 16 * 1024

/**
 * Does the work with the object of the portal that the path names, or answers 404 when the path names none.
 */
export async function withPortal(
  c: Context,
  portals: PortalLookup,
  work: (portal: PortalClient, memberId: string) => Promise<Response>,
): Promise<Response> {
  const memberId = (c.req.param('memberId') ?? '').toLowerCase()
  if (!isMemberId(memberId)) return errorResponse('not_found')
  return withTimeout(work(portals(memberId), memberId), ADMIN_MS)
}

/**
 * Reads a JSON body; null when it does not have the form of the schema. The content type does not count,
 * since command line clients send a wrong one by default.
 */
export async function readJson<S extends v.GenericSchema>(
  request: Request,
  schema: S,
): Promise<v.InferOutput<S> | null> {
  const body = await readBody(request, MAX_ADMIN_BODY_BYTES)
  if (!body.ok) return null
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), body.value)
  return parsed.success ? parsed.output : null
}

/** Answers with a value as JSON. */
export function reply(view: unknown, status = 200): Response {
  return Response.json(view, { status, headers: { 'cache-control': 'no-store' } })
}

/** Answers with a value, or with 404 when it is null. */
export function replyOrNotFound(view: unknown): Response {
  return view === null ? errorResponse('not_found') : reply(view)
}
