/** The portals of the bench, and their events. */
import { dealEvent, type Sender } from '../event-body.ts'

/** The most portals that send. */
export const MAX_PORTALS = 100

/** Numbers of events begin here: a receiver knows them again by their first two digits. */
export const FIRST_ID = 770_000_000_000

/** Every portal. */
export const SENDERS: readonly Sender[] = Array.from({ length: MAX_PORTALS }, (_, index) => {
  const number = String(index).padStart(3, '0')
  return {
    memberId: `b1a7d0c4e2f34c5f8a6b9c0d1e2f3${number}`,
    domain: `p${number}.bitrix24.com`,
    applicationToken: `51856fefc120afa4b628cc82d3935${number}`,
  }
})

const TEMPLATES = SENDERS.map((sender) =>
  dealEvent(sender, { id: FIRST_ID, ts: 1_790_000_000 }).split(String(FIRST_ID)),
)

/** The body of an event of one portal. */
export function bodyOf(id: number, portal: number): string {
  return (TEMPLATES[portal] ?? []).join(String(id))
}
