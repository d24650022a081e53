/** The tokens of outgoing webhooks: for which portal each may speak, and how that portal may be read. */
import * as v from 'valibot'
import { checkWebhookUrl } from '../bitrix24/servers/rest-address.ts'
import { ApplicationTokenSchema } from '../bitrix24/wire/wire-schemas.ts'
import { isMemberId } from '../core/access/member-id.ts'
import { webhookRule, type OutgoingWebhook } from '../core/access/outgoing-webhook.ts'
import { err, ok, type Result } from '../core/result.ts'
import type { AddressPolicy } from '../core/safety/address.ts'
import { noList, type SettingsReader } from './settings-reader.ts'

const WEBHOOKS_FORM = 'Must be a JSON object of application token to domain or member_id'

const WebhookSchema = v.pipe(
  noList(WEBHOOKS_FORM),
  v.record(
    v.string(WEBHOOKS_FORM),
    v.union(
      [
        v.string(WEBHOOKS_FORM),
        v.strictObject({ portal: v.string(WEBHOOKS_FORM), rest: v.optional(v.string()) }),
      ],
      WEBHOOKS_FORM,
    ),
    WEBHOOKS_FORM,
  ),
)

/** Reads OUTGOING_WEBHOOK_TOKENS; a wrong entry is reported and left out. */
export function readWebhooks(
  reader: SettingsReader,
  policy: AddressPolicy,
): readonly OutgoingWebhook[] {
  const entries = Object.entries(reader.parse('OUTGOING_WEBHOOK_TOKENS', WebhookSchema) ?? {})
  return entries.flatMap(([token, value], index) => {
    const portal = (typeof value === 'string' ? value : value.portal).trim().toLowerCase()
    const named = v.is(ApplicationTokenSchema, token)
      ? readPortalName(portal, policy)
      : err('must have an application token of 8 to 128 characters, without blanks')
    const rest = readWebhookUrl(reader, value, policy)
    if (!named.ok) {
      reader.report('OUTGOING_WEBHOOK_TOKENS', `Entry ${index + 1} ${named.error}`)
      return []
    }
    // A wrong `rest` must not cost an event: it is only for reading, so the events go out thin.
    if (!rest.ok) reader.report('OUTGOING_WEBHOOK_TOKENS', `Entry ${index + 1} ${rest.error}`)
    return [{ token, portal: named.value, rest: rest.ok ? rest.value : null }]
  })
}

const REST_FORM =
  'must have as rest the address of an incoming webhook of that portal, https://<portal>/rest/<user>/<secret>/, or the name of a secret that holds it ($NAME)'

/** The address of an incoming webhook, given as it is or as the name of a secret. */
function readWebhookUrl(
  reader: SettingsReader,
  entry: string | { readonly portal: string; readonly rest?: string | undefined },
  policy: AddressPolicy,
): Result<string | null, string> {
  if (typeof entry === 'string' || entry.rest === undefined) return ok(null)
  const named = /^\$([A-Z][A-Z0-9_]*)$/u.exec(entry.rest)?.[1]
  const text = named === undefined ? entry.rest : reader.secret(named)
  const url = text === undefined ? null : checkWebhookUrl(text, policy)
  if (url === null) return err(REST_FORM)
  const portal = entry.portal.trim().toLowerCase()
  const isDomain = webhookRule(portal) === 'domain'
  return isDomain && url.host !== portal && url.hostname !== portal ? err(REST_FORM) : ok(url.href)
}

function readPortalName(portal: string, policy: AddressPolicy): Result<string, string> {
  if (portal === '*') {
    return policy.allowLocal
      ? ok(portal)
      : err('must not be "*", except with UNSAFE_ALLOW_LOCAL_ADDRESSES')
  }
  const isDomain = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::[0-9]{1,5})?$/u.test(portal)
  return isMemberId(portal) || isDomain ? ok(portal) : err('must name a domain or a member_id')
}
