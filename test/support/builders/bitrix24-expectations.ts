/**
 * The meaning of each replayable body of `test/fixtures/bitrix24`, read from the bodies by hand. A new fixture
 * needs its expectation here; a test compares the two lists.
 */
import type { PresentedCredentials } from '../../../src/bitrix24/wire/request.ts'
import type { RelayEvent, UserField } from '../../../src/core/log/event.ts'
import type { ReadRequest } from './with-event.ts'
import { APPLICATION_TOKEN, DOMAIN, MEMBER_ID, NEW_TOKEN, WEBHOOK_TOKEN } from '../identity.ts'

/** The portal and application token of most fixtures. */
export const ACME = {
  memberId: MEMBER_ID,
  applicationToken: APPLICATION_TOKEN,
}
const ACME_WEBHOOK = { ...ACME, applicationToken: WEBHOOK_TOKEN }
const CAPTURED = {
  memberId: '010b6886ebc205e43ae65000ee00addb',
  applicationToken: '0123456789abcdef0123456789abcdef',
}

type EventBasics = Pick<RelayEvent, 'name' | 'ts' | 'handlerId'>

/** An event of user 1 at the acme portal's application. */
export function anEventRequest(
  basics: EventBasics & Partial<RelayEvent>,
  sender = ACME,
): ReadRequest {
  const rest = { userId: 1, data: null, field: null, quarantined: null }
  return { kind: 'event', ...sender, event: { ...rest, ...basics } }
}

/** A user-field event whose data says what its `field` says. */
export function aFieldEventRequest(
  basics: EventBasics & Partial<RelayEvent>,
  field: UserField,
  sender = ACME,
): ReadRequest {
  const FIELDS = { ID: String(field.id), ENTITY_ID: field.entityId, FIELD_NAME: field.fieldName }
  return anEventRequest({ data: { FIELDS }, field, ...basics }, sender)
}

/** The user field of the requisite fixtures. */
export const TAX: UserField = {
  family: 'requisite',
  action: 'updated',
  id: 235,
  entityId: 'CRM_REQUISITE',
  fieldName: 'UF_CRM_NEWTECH_V1_STRING',
}
const UPDATE = 'ONCRMREQUISITEUSERFIELDUPDATE'

function updated(field: Omit<UserField, 'action'>): UserField {
  return { ...field, action: 'updated' }
}

/** The claims of an install at acme; only the tokens and what `changes` names differ. */
function credentials(
  accessToken: string,
  changes: Partial<PresentedCredentials>,
): PresentedCredentials {
  return {
    accessToken,
    refreshToken: null,
    expiresAt: null,
    serverEndpoint: 'https://oauth.bitrix.info/rest/',
    clientEndpoint: 'https://acme.bitrix24.com/rest/',
    domain: DOMAIN,
    userId: 1,
    status: 'L',
    scope: 'crm',
    ...changes,
  }
}

const ACCESS_TAIL = '0043d4ca0042213e000000010000077261ef50fc26f1357adbd86a052c9e48'
const REFRESH_TAIL = '0043d4ca0042213e0000000100000694f171445612e564746d04afebba973e'
const INSTALL = { kind: 'install', ...ACME, systemUser: null, language: 'en' } as const

/** Event bodies. */
export const EVENTS: Readonly<Record<string, ReadRequest>> = {
  'app-ONCRMREQUISITEUSERFIELDADD': aFieldEventRequest(
    { name: 'ONCRMREQUISITEUSERFIELDADD', ts: 1790000001, handlerId: '657' },
    { ...TAX, action: 'added' },
  ),
  'app-ONCRMREQUISITEUSERFIELDUPDATE': aFieldEventRequest(
    { name: UPDATE, ts: 1790000000, handlerId: '661' },
    TAX,
  ),
  'app-ONCRMREQUISITEUSERFIELDDELETE': aFieldEventRequest(
    { name: 'ONCRMREQUISITEUSERFIELDDELETE', ts: 1790000002, handlerId: '663' },
    { ...TAX, action: 'deleted' },
  ),
  'app-ONCRMREQUISITEUSERFIELDSETENUMVALUES': aFieldEventRequest(
    { name: 'ONCRMREQUISITEUSERFIELDSETENUMVALUES', ts: 1790000003, handlerId: '665' },
    { ...TAX, action: 'enum_values_set' },
  ),
  'app-ONCRMREQUISITEUSERFIELDUPDATE-no-handler-id': aFieldEventRequest(
    { name: UPDATE, ts: 1790000012, handlerId: null },
    TAX,
  ),
  'app-ONCRMREQUISITEUSERFIELDUPDATE-no-user-context': aFieldEventRequest(
    { name: UPDATE, ts: 1790000010, handlerId: '661', userId: null },
    TAX,
  ),
  'webhook-ONCRMREQUISITEUSERFIELDUPDATE': aFieldEventRequest(
    { name: UPDATE, ts: 1790000014, handlerId: '975', userId: null },
    TAX,
    ACME_WEBHOOK,
  ),
  'doc-onCrmRequisiteUserFieldUpdate-verbatim': aFieldEventRequest(
    { name: UPDATE, ts: 1466439714, handlerId: null, userId: null },
    { ...TAX, fieldName: 'NEWTECH_v1_STRING' },
  ),
  'neg-forged-application-token': aFieldEventRequest(
    { name: UPDATE, ts: 1790000000, handlerId: '661' },
    TAX,
    {
      ...ACME,
      applicationToken: 'ffffffffffffffffffffffffffffffff',
    },
  ),
  'neg-no-event': aFieldEventRequest(
    {
      name: 'UNNAMED',
      sentName: '',
      ts: 1790000000,
      handlerId: null,
      field: null,
      quarantined: 'unknown_event_name',
    },
    TAX,
  ),
  'neg-proto-pollution': aFieldEventRequest(
    { name: UPDATE, ts: 1790000000, handlerId: '661' },
    TAX,
  ),
  'app-ONCRMLEADUSERFIELDUPDATE': aFieldEventRequest(
    { name: 'ONCRMLEADUSERFIELDUPDATE', ts: 1742999566, handlerId: '715' },
    updated({ family: 'lead', id: 6977, entityId: 'CRM_LEAD', fieldName: 'UF_CRM_1742999523' }),
  ),
  'app-ONCRMDEALUSERFIELDUPDATE': aFieldEventRequest(
    { name: 'ONCRMDEALUSERFIELDUPDATE', ts: 1736944167, handlerId: '661' },
    updated({ family: 'deal', id: 6947, entityId: 'CRM_DEAL', fieldName: 'UF_CRM_1736930561' }),
  ),
  'app-ONCRMCONTACTUSERFIELDUPDATE': aFieldEventRequest(
    { name: 'ONCRMCONTACTUSERFIELDUPDATE', ts: 1724775198, handlerId: '15' },
    updated({
      family: 'contact',
      id: 554,
      entityId: 'CRM_CONTACT',
      fieldName: 'UF_CRM_1724771514',
    }),
  ),
  'app-ONCRMCOMPANYUSERFIELDUPDATE': aFieldEventRequest(
    { name: 'ONCRMCOMPANYUSERFIELDUPDATE', ts: 1743165540, handlerId: '741' },
    updated({
      family: 'company',
      id: 6979,
      entityId: 'CRM_COMPANY',
      fieldName: 'UF_CRM_1743165530',
    }),
  ),
  'app-ONCRMQUOTEUSERFIELDUPDATE': aFieldEventRequest(
    { name: 'ONCRMQUOTEUSERFIELDUPDATE', ts: 1743678840, handlerId: '755' },
    updated({
      family: 'quote',
      id: 6841,
      entityId: 'CRM_QUOTE',
      fieldName: 'UF_CRM_6710EFCA2D1C0',
    }),
  ),
  'app-ONCRMINVOICEUSERFIELDUPDATE': aFieldEventRequest(
    { name: 'ONCRMINVOICEUSERFIELDUPDATE', ts: 1743678999, handlerId: '761' },
    updated({
      family: 'invoice',
      id: 701,
      entityId: 'CRM_INVOICE',
      fieldName: 'UF_CRM_1743678999',
    }),
  ),
  'app-ONCRMTYPEUSERFIELDUPDATE': aFieldEventRequest(
    { name: 'ONCRMTYPEUSERFIELDUPDATE', ts: 1743003117, handlerId: '713' },
    updated({ family: 'type', id: 6977, entityId: 'CRM_13', fieldName: 'UF_CRM_13_1742999523' }),
  ),
  'app-ONCRMTYPEUSERFIELDUPDATE-smart-invoice': aFieldEventRequest(
    { name: 'ONCRMTYPEUSERFIELDUPDATE', ts: 1790000000, handlerId: '713' },
    updated({
      family: 'type',
      id: 7101,
      entityId: 'CRM_SMART_INVOICE',
      fieldName: 'UF_CRM_SMART_INVOICE_1743003117',
    }),
  ),
  'app-ONCRMREQUISITEUPDATE': anEventRequest({
    name: 'ONCRMREQUISITEUPDATE',
    ts: 1790000000,
    handlerId: '70',
    data: { FIELDS: { ID: '27' } },
  }),
  'app-ONCRMDEALUPDATE': anEventRequest({
    name: 'ONCRMDEALUPDATE',
    ts: 1790000000,
    handlerId: '185',
    data: { FIELDS: { ID: '7405' } },
  }),
  'app-ONCRMDYNAMICITEMUPDATE': anEventRequest({
    name: 'ONCRMDYNAMICITEMUPDATE',
    ts: 1790000000,
    handlerId: '190',
    data: { FIELDS: { ID: '3', ENTITY_TYPE_ID: '156' } },
  }),
  'app-ONIMCONNECTORLINEDELETE-scalar-data': anEventRequest({
    name: 'ONIMCONNECTORLINEDELETE',
    ts: 1773761165,
    handlerId: '563',
    userId: 27,
    data: '107',
  }),
  'app-ONOFFLINEEVENT': anEventRequest({ name: 'ONOFFLINEEVENT', ts: 1790000000, handlerId: '30' }),
  'webhook-ONCRMDEALADD': anEventRequest(
    {
      name: 'ONCRMDEALADD',
      ts: 1766047124,
      handlerId: '975',
      userId: null,
      data: { FIELDS: { ID: '7405' } },
    },
    ACME_WEBHOOK,
  ),
  'capture-ONCRMCONTACTADD-2024-b24phpsdk': anEventRequest(
    {
      name: 'ONCRMCONTACTADD',
      ts: 1727018926,
      handlerId: '58',
      data: { FIELDS: { ID: '134806' } },
    },
    CAPTURED,
  ),
}

/** Lifecycle bodies. */
export const LIFECYCLE: Readonly<Record<string, ReadRequest>> = {
  'app-ONAPPINSTALL-local': {
    ...INSTALL,
    cause: 'install',
    ts: 1790000000,
    credentials: credentials(`9049b16a${ACCESS_TAIL}`, {
      refreshToken: `80c8d86a${REFRESH_TAIL}`,
      expiresAt: 1790003600,
    }),
  },
  'app-ONAPPINSTALL-free-2022-shape': {
    ...INSTALL,
    cause: 'install',
    ts: 1655823961,
    language: 'ru',
    credentials: credentials(`69ecb162${ACCESS_TAIL}`, {
      refreshToken: `596bd962${REFRESH_TAIL}`,
      expiresAt: 1655827561,
      status: 'F',
      scope: 'crm,telephony,call,user_basic,placement,im,imopenlines',
    }),
  },
  'app-ONAPPUPDATE': {
    ...INSTALL,
    cause: 'update',
    ts: 1790000050,
    credentials: credentials(`c249b16a${ACCESS_TAIL}`, {
      refreshToken: `b2c8d86a${REFRESH_TAIL}`,
      expiresAt: 1790003650,
      status: 'F',
      scope: 'crm,user',
    }),
  },
  'app-ONAPPUPDATE-new-application-token': {
    ...INSTALL,
    cause: 'update',
    applicationToken: NEW_TOKEN,
    ts: 1790000051,
    credentials: credentials(`c349b16a${ACCESS_TAIL}`, {
      refreshToken: `b3c8d86a${REFRESH_TAIL}`,
      expiresAt: 1790003651,
      status: 'F',
      scope: 'crm,user',
    }),
  },
  'app-ONAPPUSERREADY': {
    ...INSTALL,
    cause: 'user_ready',
    ts: 1790000003,
    credentials: credentials(`9349b16a${ACCESS_TAIL}`, {
      refreshToken: `83c8d86a${REFRESH_TAIL}`,
      expiresAt: 1790003603,
      status: 'S',
      scope: 'crm,user',
    }),
    systemUser: credentials(
      '9049b16a0043d4ca0042213e000002000000070011223344556677889900aabbccddeeff',
      {
        refreshToken: '80c8d86a0043d4ca0042213e000002000000060011223344556677889900aabbccddeeff',
        domain: 'oauth.bitrix.info',
        userId: 512,
        status: 'S',
        scope: 'crm,user',
      },
    ),
  },
  'app-ONAPPUNINSTALL-clean': { kind: 'uninstall', ...ACME, ts: 1790000100, clean: true },
  'app-ONAPPUNINSTALL-keep-data': { kind: 'uninstall', ...ACME, ts: 1790000101, clean: false },
  'app-ONAPPTEST': { kind: 'notice', ...ACME, name: 'ONAPPTEST' },
  'app-ONAPPMETHODCONFIRM': { kind: 'notice', ...ACME, name: 'ONAPPMETHODCONFIRM' },
  'app-OnAppSettingsInstall-url-settings': {
    kind: 'notice',
    ...ACME,
    name: 'ONAPPSETTINGSINSTALL',
  },
}

/** Frame pages with the query that belongs to them. */
export const PAGES: Readonly<
  Record<string, { readonly query: string; readonly request: ReadRequest }>
> = {
  'install-page-body': {
    query: 'install-page-query',
    request: {
      ...INSTALL,
      cause: 'page',
      ts: null,
      credentials: credentials(
        '9049b16a0043d4ca0042213e00000001302a076f538759f623791a7dece3ebd357ae95',
        {
          refreshToken: '80c8d86a0043d4ca0042213e00000001302a07aec4e4fe2f9bcbe401caff9773d9e489',
          clientEndpoint: null,
          userId: null,
          scope: 'crm,user_brief',
        },
      ),
    },
  },
  'capture-install-page-body-2024-b24phpsdk': {
    query: 'capture-install-page-query-2024-b24phpsdk',
    request: {
      ...INSTALL,
      memberId: CAPTURED.memberId,
      applicationToken: null,
      cause: 'page',
      ts: null,
      credentials: credentials(
        '00112233445566778899aabb000000010000077200112233445566778899aabbccddee',
        {
          refreshToken: 'ffeeddccbbaa998877665544000000010000069400112233445566778899aabbccddee',
          serverEndpoint: null,
          clientEndpoint: null,
          domain: 'bitrix24-php-sdk-playground.bitrix24.com',
          userId: null,
          scope: null,
        },
      ),
    },
  },
}

/** Bodies that are no request. */
export const REFUSED: Readonly<Record<string, string>> = {
  'neg-no-auth': 'invalid_auth',
}
