/** One parcel of each kind of message, as they are kept in test/fixtures/receivers. */
import { HOUR_MS } from '../../../src/core/durations.ts'
import type { Change, PortalUser, UserField } from '../../../src/core/log/event.ts'
import type { Delivery, Parcel } from '../../../src/destinations/receiver.ts'
import {
  EVENT_TS,
  RECEIVED_AT,
  aBulletinDelivery,
  aDelivery,
  anEnrichment,
  anEvent,
  aChange,
  aUserField,
} from '../builders/a-delivery.ts'
import { MEMBER_ID } from '../identity.ts'

const LINK = 'https://acme.bitrix24.com/crm/configs/preset/8/ufields/'
const DASHBOARD = `https://relay.example.com/admin/portals/${MEMBER_ID}`
const MINUTE_S = 60

const anna: PortalUser = { id: 1, name: 'Anna Petrova' }

/** Every kind of message by its name. */
export const GOLDEN_PARCELS: Readonly<Record<string, Parcel>> = {
  changed: single(
    aDelivery({
      link: LINK,
      enrichment: anEnrichment({
        changes: [
          aChange('EDIT_FORM_LABEL.en', 'Tax no.', 'Tax number'),
          aChange('EDIT_FORM_LABEL.de', 'Tax no.', 'Tax number'),
          aChange('MANDATORY', 'N', 'Y'),
          aChange('HELP_MESSAGE.en', null, 'As on the letter of the tax office'),
          aChange('LIST.3671.VALUE', null, 'Limited company'),
          aChange('SORT', 100, 200),
        ],
      }),
    }),
  ),
  single: single(
    aDelivery({
      link: LINK,
      enrichment: anEnrichment({ changes: [aChange('MANDATORY', 'N', 'Y')] }),
    }),
  ),
  created: single(
    aDelivery({
      link: LINK,
      event: anEvent({ field: aUserField({ action: 'added' }) }),
      enrichment: anEnrichment({
        changes: [
          aChange('FIELD_NAME', null, 'UF_CRM_TAX'),
          aChange('EDIT_FORM_LABEL.en', null, 'Tax number'),
          aChange('EDIT_FORM_LABEL.de', null, 'Steuernummer'),
          aChange('USER_TYPE_ID', null, 'enumeration'),
          aChange('LIST.15.VALUE', null, 'AG'),
          aChange('LIST.16.VALUE', null, 'GmbH'),
          aChange('MANDATORY', null, 'N'),
          aChange('MULTIPLE', null, 'Y'),
        ],
      }),
    }),
  ),
  deleted: single(
    aDelivery({
      event: anEvent({ field: aUserField({ action: 'deleted' }) }),
      enrichment: anEnrichment({
        changes: [aChange('EDIT_FORM_LABEL.en', 'Tax number', null), aChange('SORT', 100, null)],
      }),
    }),
  ),
  thin: single(
    aDelivery({
      enrichment: anEnrichment({
        status: 'unavailable',
        reason: 'tokens_lost',
        changes: null,
        field: null,
        userName: null,
      }),
    }),
  ),
  late: single(
    aDelivery({
      origin: 'reconciled',
      receivedAt: RECEIVED_AT - 3 * HOUR_MS,
      event: anEvent({ userId: null, ts: EVENT_TS - 3 * 3600 }),
      enrichment: anEnrichment({ userName: null }),
    }),
  ),
  hostile: single(
    aDelivery({
      enrichment: anEnrichment({
        userName: '<@U0> *Eve* _x_ `y`',
        field: { label: '<!channel> @here [x](https://evil.example) {{DATE(1)}} <b>b</b>' },
        changes: [
          aChange(
            'EDIT_FORM_LABEL.en',
            '</code><script>',
            '**bold** ~~no~~ ||spoiler|| \u202Egnp.exe',
          ),
          aChange('XML_ID', 'https://evil.example/?a=1&b=2', ':tada: #channel @everyone'),
        ],
      }),
    }),
  ),
  other: single(
    aDelivery({
      event: anEvent({
        name: 'ONCRMDEALUPDATE',
        field: null,
        data: { FIELDS: { ID: '5917', ENTITY_TYPE_ID: '2' } },
      }),
      enrichment: anEnrichment({ status: 'not_applicable', changes: null, field: null }),
    }),
  ),
  test: single(aDelivery({ sequence: null, previousSequence: null })),
  bulletin: single(
    aBulletinDelivery('relay.lane.disabled', { destination: 'erp', reason: 'gone' }),
  ),
  digest: { deliveries: digest(), dashboard: DASHBOARD },
}

function single(delivery: Delivery): Parcel {
  return { deliveries: [delivery], dashboard: DASHBOARD }
}

/** Six edits of four fields by two people within seven minutes; one field is deleted. */
function digest(): readonly [Delivery, ...Delivery[]] {
  const edit = (
    minute: number,
    id: number,
    changes: readonly Change[],
    user = anna,
    field: Partial<UserField> = {},
  ): Delivery =>
    aDelivery({
      id: `${MEMBER_ID}-${50 + minute}`,
      sequence: 50 + minute,
      receivedAt: RECEIVED_AT + minute * MINUTE_S * 1000,
      event: anEvent({
        ts: EVENT_TS + minute * MINUTE_S,
        userId: user.id,
        field: aUserField({ id, fieldName: `UF_CRM_${id}`, ...field }),
      }),
      enrichment: anEnrichment({ changes, userName: user.name, field: { label: `Field ${id}` } }),
    })
  const max = { id: 2, name: 'Max Weber' }
  return [
    edit(0, 235, [aChange('EDIT_FORM_LABEL.en', 'A', 'B')]),
    edit(1, 236, [aChange('MANDATORY', 'N', 'Y'), aChange('SORT', 100, 200)], max),
    edit(3, 235, [aChange('EDIT_FORM_LABEL.en', 'B', 'C')], max),
    edit(4, 238, [], max, { family: 'deal', action: 'deleted' }),
    edit(5, 237, [aChange('SHOW_FILTER', 'N', 'E')]),
    edit(7, 237, [aChange('SHOW_FILTER', 'E', 'N')]),
  ]
}
