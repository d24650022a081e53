/** Every portal of the list, page by page. */
import type * as v from 'valibot'
import { PortalListSchema, type PortalRow } from '../../src/core/views/portal-list.ts'
import type { AdminClient, AdminRequest } from './admin-client.ts'

/** The lines of all pages; `query` narrows the list. */
export async function listPortals(
  client: AdminClient,
  query: NonNullable<AdminRequest['query']> = {},
): Promise<readonly PortalRow[]> {
  const rows: PortalRow[] = []
  let cursor: string | undefined
  do {
    const page: v.InferOutput<typeof PortalListSchema> = await client.ask(
      '/portals',
      PortalListSchema,
      { query: { ...query, cursor } },
    )
    rows.push(...page.portals)
    cursor = page.cursor ?? undefined
  } while (cursor !== undefined)
  return rows
}
