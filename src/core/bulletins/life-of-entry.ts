/**
 * Recognises the events that tell something about the life of the application: its licence, or a method that waits
 * for a confirmation.
 */
import { readText } from '../events/data-paths.ts'
import type { LogEntry } from '../log/event.ts'
import type { Bulletin } from './bulletin.ts'

/**
 * The step that an event tells; null for every other event. Bitrix24 sends ONAPPPAYMENT when the payment of an
 * application begins and when it ends (https://apidocs.bitrix24.com/api-reference/common/events/on-app-payment.html).
 */
export function lifeOfEntry({
  event: { name, data },
  receivedAt: at,
  sequence,
}: Pick<LogEntry, 'event' | 'receivedAt' | 'sequence'>): Pick<
  Bulletin,
  'type' | 'at' | 'data'
> | null {
  if (name === 'ONAPPPAYMENT') {
    const hasEnded = readText(data, ['PAYMENT_EXPIRED']) === 'Y'
    const status = readText(data, ['STATUS'])
    const days = readText(data, ['DAYS', 'DAY'])
    const type = hasEnded ? 'relay.portal.payment_ended' : 'relay.portal.paid'
    return { type, at, data: { sequence, applicationStatus: status, days } }
  }
  if (name === 'ONAPPMETHODCONFIRM') {
    const method = readText(data, ['METHOD'])
    const isConfirmed = readText(data, ['CONFIRMED']) === '1'
    return {
      type: 'relay.portal.method_confirm',
      at,
      data: { sequence, method, confirmed: isConfirmed },
    }
  }
  return null
}
