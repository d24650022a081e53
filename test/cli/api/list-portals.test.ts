import { expect, it } from 'vitest'
import { AdminClient } from '../../../cli/api/admin-client.ts'
import { listPortals } from '../../../cli/api/list-portals.ts'

const ROW = {
  domain: 'acme.bitrix24.com',
  state: 'active',
  backlog: 0,
  parked: 0,
  oldestWaitingAt: null,
  lastEventAt: null,
  problem: null,
  destination: null,
  remedy: null,
  reportedAt: null,
}

it('listPortals() goes on to the last page, and keeps the query', async () => {
  const asked: string[] = []
  const fetch = async (url: string): Promise<Response> => {
    const { search, searchParams } = new URL(url)
    asked.push(search)
    const isLast = searchParams.get('cursor') === 'b'
    const memberId = isLast ? 'c' : 'b'
    return Response.json({ portals: [{ ...ROW, memberId }], cursor: isLast ? null : 'b' })
  }
  const client = new AdminClient({ origin: 'https://relay.example.com', headers: {} }, { fetch })
  const rows = await listPortals(client, { problem: 'true', q: undefined })
  expect(rows.map(({ memberId }) => memberId)).toEqual(['b', 'c'])
  expect(asked).toEqual(['?problem=true', '?problem=true&cursor=b'])
})
