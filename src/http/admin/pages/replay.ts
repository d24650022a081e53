/** The page that asks before a replay, and the wishes that its forms stand for. */
import type { Hono } from 'hono'
import { replayPage, type ReplayForm } from '../../../dashboard/pages/replay-page.tsx'
import type { ReplayWish } from '../../../portal/lanes/control.ts'
import { replyPage } from './answer.ts'
import { aboutPortal, parseNumber, type PageDepsOf, type AskedPortal } from './page-route.ts'
import type { PageEnv } from './page-context.ts'

/** Adds the page. */
export function addReplayPage(routes: Hono<PageEnv>, depsOf: PageDepsOf): void {
  routes.get('/admin/portals/:memberId/lanes/:destination/replay', aboutPortal(depsOf, showReplay))
}

async function showReplay({ c, deps, client, memberId }: AskedPortal): Promise<Response | null> {
  const destination = c.req.param('destination') ?? ''
  const query = new URL(c.req.url).searchParams
  const [wish] = replayWishes(query) ?? []
  const [shown, planned] = await Promise.all([
    client.view(),
    wish === undefined ? null : client.replayList(destination, wish),
  ])
  const lane = shown?.lanes.find((one) => one.destination === destination)
  if (lane === undefined || planned?.ok === false) return null
  const form: ReplayForm = {
    from: query.get('from') ?? '',
    to: query.get('to') ?? '',
    parked: wish?.kind === 'parked',
  }
  const { cursor, parked, state } = lane
  const plan = planned?.value ?? null
  const page = { memberId, destination, form, planned: plan, cursor, parked, state }
  return replyPage(c, (terms) => replayPage({ ...page, terms }), deps.auth)
}

/**
 * The events that a form wants again: all parked ones, a range, or some by their sequences, where neighbours are one
 * range; null for none of these.
 */
export function replayWishes(form: URLSearchParams): readonly ReplayWish[] | null {
  if (form.get('parked') === 'true') return [{ kind: 'parked' }]
  if (!form.has('sequence')) {
    const [from, to] = [parseNumber(form.get('from')), parseNumber(form.get('to'))]
    return from === null || to === null || from > to ? null : [{ kind: 'range', from, to }]
  }
  const wishes: { kind: 'range'; from: number; to: number }[] = []
  const chosen = form.getAll('sequence').map(parseNumber)
  for (const sequence of chosen.toSorted((one, other) => (one ?? 0) - (other ?? 0))) {
    if (sequence === null) return null
    const last = wishes.at(-1)
    if (last !== undefined && sequence <= last.to + 1) last.to = sequence
    else wishes.push({ kind: 'range', from: sequence, to: sequence })
  }
  return wishes
}
