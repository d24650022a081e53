/** Bodies of events as Bitrix24 sends them: a form in the bracket notation of PHP. */

/** Who sends an event. */
export interface Sender {
  readonly memberId: string
  readonly domain: string
  readonly applicationToken: string
}

/** The parameters by which a portal says who it is. */
export function authOf({ memberId, domain, applicationToken }: Sender): Record<string, string> {
  return {
    'auth[domain]': domain,
    'auth[client_endpoint]': `https://${domain}/rest/`,
    'auth[server_endpoint]': 'https://oauth.bitrix.info/rest/',
    'auth[member_id]': memberId,
    'auth[application_token]': applicationToken,
    'auth[expires_in]': '3600',
    'auth[scope]': 'crm',
    'auth[status]': 'L',
  }
}

/** The event of an edited deal: nothing is read for it, so it is delivered thin. */
export function dealEvent(sender: Sender, { id, ts }: { id: number; ts: number }): string {
  return formOf('ONCRMDEALUPDATE', ts, { 'data[FIELDS][ID]': String(id), ...authOf(sender) })
}

/** The event of an edited requisite field: the relay reads what has changed. */
export function fieldEvent(sender: Sender, { id, ts }: { id: number; ts: number }): string {
  return formOf('ONCRMREQUISITEUSERFIELDUPDATE', ts, {
    'data[FIELDS][ID]': String(id),
    'data[FIELDS][ENTITY_ID]': 'CRM_REQUISITE',
    'data[FIELDS][FIELD_NAME]': `UF_CRM_${id}`,
    'auth[user_id]': '1',
    ...authOf(sender),
  })
}

/** The event of an installation. */
export function installEvent(sender: Sender, ts: number): string {
  return formOf('ONAPPINSTALL', ts, {
    'data[VERSION]': '1',
    'data[ACTIVE]': 'Y',
    'data[INSTALLED]': 'Y',
    'data[LANGUAGE_ID]': 'en',
    'auth[access_token]': 'access-of-the-install',
    'auth[refresh_token]': 'refresh-of-the-install',
    ...authOf(sender),
  })
}

function formOf(event: string, ts: number, entries: Readonly<Record<string, string>>): string {
  return new URLSearchParams({
    event,
    event_handler_id: '12',
    ts: String(ts),
    ...entries,
  }).toString()
}
