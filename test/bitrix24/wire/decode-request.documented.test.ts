/** Every event of Bitrix24's documentation, from the bytes of its body to what the log would hold. */
import { describe, expect, it } from 'vitest'
import { decodeRequest as decodeSender } from '../../../src/bitrix24/wire/decode-request.ts'
import { parseForm } from '../../../src/bitrix24/wire/form.ts'
import { FIELD_FAMILY_NAMES, userFieldCode } from '../../../src/core/events/event-names.ts'
import { DOCUMENTED_EVENTS } from '../../support/builders/documented-events.ts'
import { withEvent } from '../../support/builders/with-event.ts'
import { APPLICATION_TOKEN, MEMBER_ID } from '../../support/identity.ts'

const decodeRequest = (...terms: Parameters<typeof decodeSender>) =>
  withEvent(decodeSender(...terms))

const TOKENS = {
  access_token: '9049b16a0043d4ca0042213e000000010000077261ef50fc26f1357adbd86a052c9e48',
  application_token: APPLICATION_TOKEN,
}
const REST = `&ts=1790000000&auth[access_token]=${TOKENS.access_token}&auth[member_id]=${MEMBER_ID}&auth[user_id]=1&auth[application_token]=${TOKENS.application_token}`

function decode(query: string) {
  const parsed = parseForm(`${query}${REST}`)
  return parsed.ok ? decodeRequest(parsed.value) : parsed
}

const isAboutApplication = ({ event }: { event: string }): boolean => /^onapp/i.test(event)

describe('decodeRequest() on the documented events', () => {
  it.each(DOCUMENTED_EVENTS.filter(isAboutApplication))('takes line $line, $event', ({ query }) => {
    const decoded = decode(query)
    expect(['install', 'uninstall', 'notice']).toContain(decoded.ok && decoded.value.kind)
  })

  it.each(DOCUMENTED_EVENTS.filter((line) => !isAboutApplication(line)))(
    'understands line $line, $event',
    ({ event, query }) => {
      const decoded = decode(query)
      if (!decoded.ok) throw new Error(`Refused as ${decoded.error}`)
      const { value } = decoded
      if (value.kind !== 'event') throw new Error(`Taken as ${value.kind}`)
      expect(value.event).toMatchObject({ name: event.toUpperCase(), quarantined: null, userId: 1 })
      const stored = JSON.stringify(value.event)
      for (const token of Object.values(TOKENS)) expect(stored).not.toContain(token)
      expect(stored).not.toContain('CANARY')
    },
  )

  it.each(FIELD_FAMILY_NAMES)('reads a field of the family %s without FIELDS', (family) => {
    const code = userFieldCode(family, 'updated')
    const decoded = decode(
      `event=${code}&data[id]=703&data[entityId]=CRM_X&data[fieldName]=UF_CRM_1`,
    )
    expect(decoded).toMatchObject({
      ok: true,
      value: {
        event: {
          field: { family, action: 'updated', id: 703, entityId: 'CRM_X', fieldName: 'UF_CRM_1' },
          quarantined: null,
        },
      },
    })
  })
})
