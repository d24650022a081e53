/**
 * Makes the address of the page on which a field's settings are edited. Bitrix24 documents no such address.
 * For six families it stands in the code of the portal; requisites and smart processes have none there, so
 * they get a link only by a configured template (docs/bitrix24.md#links).
 */
import type { FieldFamily } from '../../core/log/event.ts'

/** The field that a link has to open. */
export interface LinkedField {
  /** The portal's host, with its port when there is one. */
  readonly domain: string
  readonly family: FieldFamily
  readonly id: number
  readonly entityId: string
  readonly fieldName: string
}

const EDIT_PAGE = 'https://{domain}/crm/configs/fields/{entityId}/edit/{fieldName}/'

const KNOWN_PAGES: ReadonlySet<FieldFamily> = new Set([
  'lead',
  'contact',
  'company',
  'deal',
  'quote',
  'invoice',
])

/**
 * Returns the https address of a field's settings, on the portal's own host. The template of a family takes
 * the place of the known page; `{domain}`, `{entityId}`, `{fieldName}` and `{id}` are filled in. Null when
 * no page is known, or when the result would not be a plain https address of that host.
 */
export function fieldLink(
  field: LinkedField,
  templates: ReadonlyMap<FieldFamily, string>,
): string | null {
  const { domain, family, id, entityId, fieldName } = field
  const template = templates.get(family) ?? (KNOWN_PAGES.has(family) ? EDIT_PAGE : null)
  if (template === null || !isHost(domain)) return null
  // Only words get into the address: a name like `..` would lead to another page of the portal.
  if (!/^\w{1,100}$/.test(entityId) || !/^\w{1,100}$/.test(fieldName)) return null
  const values = new Map([
    ['{domain}', domain],
    ['{entityId}', encodeURIComponent(entityId)],
    ['{fieldName}', encodeURIComponent(fieldName)],
    ['{id}', String(id)],
  ])
  const filled = template.replace(/\{\w*\}/g, (place) => values.get(place) ?? place)
  return /[{}\s\\]/.test(filled) ? null : onHost(filled, domain)
}

function isHost(domain: string): boolean {
  return /^[\w.-]{1,253}(?::\d{1,5})?$/.test(domain)
}

function onHost(address: string, domain: string): string | null {
  if (!URL.canParse(address) || !URL.canParse(`https://${domain}/`)) return null
  const url = new URL(address)
  const portalUrl = new URL(`https://${domain}/`)
  const isPlain = url.protocol === 'https:' && url.username === '' && url.password === ''
  return isPlain && url.host === portalUrl.host ? url.href : null
}
