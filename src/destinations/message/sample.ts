/**
 * An invented event with which a template is tried when it is configured. Its texts are as long as real ones.
 */
import { NOT_ENRICHED } from '../../core/log/event.ts'
import type { Parcel } from '../receiver.ts'

const SENT_TS = 1_790_000_000
const RECEIVED_AT = SENT_TS * 1000 + 1120

/** One edit of one field. */
export const SAMPLE_PARCEL: Parcel = {
  dashboard: null,
  deliveries: [
    {
      id: 'sample-42',
      memberId: 'a223c6b3710f85df22e9377d6c4f7553',
      domain: 'example.bitrix24.com',
      sequence: 42,
      previousSequence: 41,
      origin: 'event',
      receivedAt: RECEIVED_AT,
      event: {
        name: 'ONCRMREQUISITEUSERFIELDUPDATE',
        ts: SENT_TS,
        handlerId: null,
        userId: 1,
        data: null,
        field: {
          family: 'requisite',
          action: 'updated',
          id: 235,
          entityId: 'CRM_REQUISITE',
          fieldName: 'UF_CRM_TAX_NUMBER',
        },
        quarantined: null,
      },
      enrichment: {
        ...NOT_ENRICHED,
        status: 'complete',
        userName: 'Anna Petrova',
        field: { label: 'Tax number' },
        changes: [
          { attribute: 'EDIT_FORM_LABEL.en', before: 'Tax no.', after: 'Tax number' },
          { attribute: 'MANDATORY', before: 'N', after: 'Y' },
        ],
        readAt: RECEIVED_AT,
      },
      link: 'https://example.bitrix24.com/crm/configs/fields/',
      replayed: false,
      systemUserId: null,
    },
  ],
}
