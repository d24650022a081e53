/**
 * The stored form of a spilled request. An append holds no token and is stored as JSON. A lifecycle request
 * holds tokens, so its JSON is sealed and stands behind `sealed:` (docs/storage.md).
 */
import * as v from 'valibot'
import { InstallRequestSchema, type SchemasOf } from '../../bitrix24/wire/install-request-schema.ts'
import type { InstallRequest } from '../../bitrix24/wire/request.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { NO_EDGE_TALLY } from '../../core/tallies/edge-tally.ts'
import { EdgeTallySchema } from '../../core/tallies/tally-schemas.ts'
import type { AppendRequest } from '../../portal/log/append-request.ts'
import type { UninstallCall } from '../../portal/installs/uninstall-notices.ts'
import type { Sealer } from '../../storage/seal.ts'

/** A request that could not reach its portal. */
export type SpilledRequest =
  | { readonly kind: 'append'; readonly request: AppendRequest }
  | {
      readonly kind: 'install'
      readonly request: InstallRequest
      /** The network that it came from, under which pending installs are counted; an older version left it out. */
      readonly network?: string | null
    }
  | { readonly kind: 'uninstall'; readonly call: UninstallCall }

const SEALED_PREFIX = 'sealed:'

const AppendRequestSchema = v.object({
  receivedAt: v.number(),
  receipt: v.string(),
  digest: v.string(),
  tokenHash: v.string(),
  event: v.string(),
  quarantined: v.boolean(),
  drained: v.boolean(),
  // Absent in most events, and in those of older versions.
  edge: v.exactOptional(v.fallback(EdgeTallySchema, () => structuredClone(NO_EDGE_TALLY))),
} satisfies SchemasOf<AppendRequest>)

const UninstallCallSchema = v.object({
  tokenHash: v.string(),
  ts: v.nullable(v.number()),
  clean: v.boolean(),
  receivedAt: v.exactOptional(v.number()),
} satisfies SchemasOf<UninstallCall>)

const SpilledSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.variant('kind', [
    v.object({ kind: v.literal('append'), request: AppendRequestSchema }),
    v.object({
      kind: v.literal('install'),
      request: InstallRequestSchema,
      network: v.exactOptional(v.nullable(v.string())),
    }),
    v.object({ kind: v.literal('uninstall'), call: UninstallCallSchema }),
  ]),
)

/** The portal of a request, and the sealer under whose keys it is stored. */
interface SealTerms {
  readonly memberId: string
  readonly sealer: Sealer
}

/**
 * Turns a request into its stored form. `no_key`: a lifecycle request cannot be sealed, so it cannot be
 * stored.
 */
export async function encodeSpilled(
  spilled: SpilledRequest,
  { memberId, sealer }: SealTerms,
): Promise<Result<string, 'no_key'>> {
  const text = JSON.stringify(spilled)
  if (spilled.kind === 'append') return ok(text)
  const sealed = await sealer.seal(text, { memberId, field: 'spill' })
  return sealed.ok ? ok(`${SEALED_PREFIX}${sealed.value}`) : sealed
}

/** Reads the stored form back. `unreadable`: its key is not configured any more, or it is of another form. */
export async function decodeSpilled(
  value: string,
  terms: SealTerms,
): Promise<Result<SpilledRequest, 'unreadable'>> {
  const text = await openText(value, terms)
  const parsed = v.safeParse(SpilledSchema, text)
  return parsed.success ? ok(parsed.output) : err('unreadable')
}

/** Null when the record does not open. */
async function openText(value: string, { memberId, sealer }: SealTerms): Promise<string | null> {
  if (!value.startsWith(SEALED_PREFIX)) return value
  const sealed = value.slice(SEALED_PREFIX.length)
  const opened = await sealer.open(sealed, { memberId, field: 'spill' })
  return opened.ok ? opened.value : null
}
