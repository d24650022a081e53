/** The events about signed documents, and about the exchange with a company's personnel system. */
import type { EventTopic } from '../event-topic.ts'

/** The form that all events of the exchange share: they name a job and a company. */
const EXCHANGE = {
  scope: 'humanresources.hcmlink',
  id: ['jobId'],
  related: { hcm_company: ['company'] },
} as const

/** The topics of signed documents. */
export const SIGN_TOPICS = [
  {
    kind: 'sign_document',
    scope: 'sign.b2e',
    events: { OnSignB2eDocumentStatusChanged: 'status_changed' },
    id: ['documentUid'],
  },
  {
    kind: 'sign_member',
    scope: 'sign.b2e',
    events: { OnSignB2eMemberStatusChanged: 'status_changed' },
    id: ['memberUid'],
    related: { sign_document: ['documentUid'] },
  },
  {
    kind: 'hcm_document',
    scope: 'sign.b2e',
    events: { OnSignHcmLinkB2eDocumentSigned: 'signed' },
    related: { hcm_company: ['company'] },
  },
  {
    kind: 'hcm_employee_list',
    ...EXCHANGE,
    events: {
      OnHumanResourcesHcmLinkEmployeeListRequested: 'requested',
      OnHumanResourcesHcmLinkEmployeeListMapped: 'mapped',
    },
  },
  {
    kind: 'hcm_field_value',
    ...EXCHANGE,
    events: { OnHumanResourcesHcmLinkFieldValueRequested: 'requested' },
  },
  {
    kind: 'hcm_pin',
    ...EXCHANGE,
    events: { OnHumanResourcesHcmLinkPinRequested: 'requested' },
  },
  {
    kind: 'hcm_salary_vacation',
    ...EXCHANGE,
    events: { OnHumanResourcesHcmLinkSalaryVacationRequested: 'requested' },
  },
] as const satisfies readonly EventTopic[]
