/** The events about the records of the CRM (docs/bitrix24.md#event-names). */
import { spellEvents, type EventTopic } from '../event-topic.ts'

/** The topics of the CRM's records. */
export const CRM_TOPICS = [
  {
    kind: 'lead',
    scope: 'crm',
    events: spellEvents('onCrmLead'),
    misspelt: { onLeadDelete: 'deleted' },
    link: '/crm/lead/details/{id}/',
  },
  {
    kind: 'deal',
    scope: 'crm',
    events: { ...spellEvents('onCrmDeal'), onCrmDealMoveToCategory: 'moved' },
    related: { funnel: ['CATEGORY_ID'], stage: ['STAGE_ID'] },
    link: '/crm/deal/details/{id}/',
  },
  {
    kind: 'recurring_deal',
    scope: 'crm',
    events: { ...spellEvents('onCrmDealRecurring'), onCrmDealRecurringExpose: 'issued' },
    // The id of the deal that was issued. `RECURRING_DEAL_ID` is that of the deal which serves as its pattern.
    related: { deal: ['DEAL_ID', 'RECURRING_DEAL_ID'] },
    link: '/crm/deal/details/{deal}/',
  },
  {
    kind: 'contact',
    scope: 'crm',
    events: spellEvents('onCrmContact'),
    link: '/crm/contact/details/{id}/',
  },
  {
    kind: 'company',
    scope: 'crm',
    events: spellEvents('onCrmCompany'),
    link: '/crm/company/details/{id}/',
  },
  {
    kind: 'quote',
    scope: 'crm',
    events: spellEvents('onCrmQuote'),
    link: '/crm/type/7/details/{id}/',
  },
  {
    kind: 'dynamic_item',
    scope: 'crm',
    events: spellEvents('onCrmDynamicItem'),
    perType: true,
    type: 'ENTITY_TYPE_ID',
    related: { smart_process: ['ENTITY_TYPE_ID'] },
    link: '/crm/type/{type}/details/{id}/',
  },
  { kind: 'smart_process', scope: 'crm', events: spellEvents('onCrmType') },
  { kind: 'requisite', scope: 'crm', events: spellEvents('onCrmRequisite') },
  { kind: 'bank_detail', scope: 'crm', events: spellEvents('onCrmBankDetail') },
  {
    kind: 'address',
    scope: 'crm',
    events: { onCrmAddressRegister: 'registered', onCrmAddressUnregister: 'unregistered' },
    // An address has no id of its own: its type and its records name it.
    id: ['TYPE_ID'],
    belongsTo: [
      { type: 'ENTITY_TYPE_ID', id: 'ENTITY_ID' },
      { type: 'ANCHOR_TYPE_ID', id: 'ANCHOR_ID' },
    ],
  },
  { kind: 'activity', scope: 'crm', events: spellEvents('onCrmActivity') },
  { kind: 'timeline_comment', scope: 'crm', events: spellEvents('onCrmTimelineComment') },
  {
    kind: 'document',
    scope: 'crm',
    events: spellEvents('onCrmDocumentGeneratorDocument'),
    belongsTo: [{ type: 'ENTITY_TYPE_ID', id: 'ENTITY_ID' }],
  },
  { kind: 'currency', scope: 'crm', events: spellEvents('onCrmCurrency') },
  {
    kind: 'invoice',
    scope: 'crm',
    events: { ...spellEvents('onCrmInvoice'), onCrmInvoiceSetStatus: 'status_changed' },
  },
  {
    kind: 'recurring_invoice',
    scope: 'crm',
    events: { ...spellEvents('onCrmInvoiceRecurring'), onCrmInvoiceRecurringExpose: 'issued' },
    related: { invoice: ['INVOICE_ID', 'RECURRING_INVOICE_ID'] },
  },
  { kind: 'product', scope: 'crm', events: spellEvents('onCrmProduct') },
  { kind: 'product_property', scope: 'crm', events: spellEvents('onCrmProductProperty') },
  { kind: 'product_section', scope: 'crm', events: spellEvents('onCrmProductSection') },
  { kind: 'measure', scope: 'crm', events: spellEvents('onCrmMeasure') },
] as const satisfies readonly EventTopic[]
