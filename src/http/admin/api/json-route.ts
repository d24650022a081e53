/**
 * The common part of all admin routes: they find the portal that the path names, read JSON, and write answers
 * that nobody caches.
 */
import type { Context } from 'hono'
import * as v from 'valibot'
import { isMemberId } from '../../../core/access/member-id.ts'
import type { PortalStatus } from '../../../core/access/portal-status.ts'
import { err, ok, type Result } from '../../../core/result.ts'
import type { DirectoryRemote } from '../../../objects/directory.ts'
import type { PortalClient, PortalLookup } from '../../../edge/portal-client.ts'
import { withTimeout } from '../../../storage/with-timeout.ts'
import { readBody } from '../../body.ts'
import { errorResponse } from '../../error-response.ts'

/** The time that an admin request may take, in milliseconds: the portal's object may be silent. */
export const ADMIN_MS = 30_000

/** A sequence in a body. */
export const SequenceSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(1))

/** A number from 1 on, in a path or a query. */
export const CountSchema = v.pipe(
  v.string(),
  v.regex(/^[0-9]{1,15}$/u),
  v.transform(Number),
  v.minValue(1),
)

/** The largest body of an admin request, in bytes. */
const MAX_ADMIN_BODY_BYTES = 16 * 1024

/** The ports by which a request finds the portal that its path names. */
export interface PortalFinder {
  readonly clientOf: PortalLookup
  readonly directory: Pick<DirectoryRemote, 'portalsNamed'>
}

/**
 * Does the work with the object of the portal that the path names by its member id or its domain, or answers 404 when
 * the path names none.
 */
export async function withPortal(
  c: Context,
  { clientOf, directory }: PortalFinder,
  work: (client: PortalClient, memberId: string) => Promise<Response>,
): Promise<Response> {
  async function find(): Promise<Response> {
    const found = await findMemberId(c.req.param('memberId') ?? '', directory)
    return found.ok ? work(clientOf(found.value), found.value) : errorResponse(found.error)
  }
  return withTimeout(find(), ADMIN_MS)
}

/**
 * The member id of a portal that is named by its member id or its domain. A domain may have passed to another portal:
 * then it means the one that is still there, and where there are several, none.
 */
export async function findMemberId(
  named: string,
  directory: PortalFinder['directory'],
): Promise<Result<string, 'not_found' | 'ambiguous_domain'>> {
  const name = named.toLowerCase()
  if (isMemberId(name)) return ok(name)
  if (!DOMAIN.test(name)) return err('not_found')
  const all = await directory.portalsNamed(name)
  const present = all.filter(({ report }) => !ENDED.has(report.state))
  const [first, second] = present.length > 0 ? present : all
  if (first === undefined) return err('not_found')
  return second === undefined ? ok(first.memberId) : err('ambiguous_domain')
}

/** A host, with its port where it has one. */
const DOMAIN = /^[a-z0-9][a-z0-9.-]{0,252}(?::[0-9]{1,5})?$/u

/** The states of a portal that is not there any more. */
const ENDED: ReadonlySet<PortalStatus> = new Set(['uninstalled', 'deleted'])

/** Reads the query; null when it does not have the form of the schema, or names a member twice. */
export function readQuery<S extends v.GenericSchema>(
  c: Context,
  schema: S,
): v.InferOutput<S> | null {
  const pairs = [...new URL(c.req.url).searchParams]
  const query = Object.fromEntries(pairs)
  const parsed = v.safeParse(schema, query)
  return parsed.success && Object.keys(query).length === pairs.length ? parsed.output : null
}

/**
 * Reads a JSON body, or `empty` in the place of no body; null when it does not have the form of the schema. The content
 * type does not count, since command line clients send a wrong one by default.
 */
export async function readJson<S extends v.GenericSchema>(
  request: Request,
  schema: S,
  { empty = '' }: { readonly empty?: string } = {},
): Promise<v.InferOutput<S> | null> {
  const body = await readBody(request, MAX_ADMIN_BODY_BYTES)
  if (!body.ok) return null
  const text = body.value === '' ? empty : body.value
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text)
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
