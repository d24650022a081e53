/**
 * The reasons for which an installation is refused: a closed set, each with a remedy for the operator. Pure.
 */

/** The reasons that follow from the answers of Bitrix24 about the presented tokens. */
export const VERDICT_REFUSALS = [
  'foreign_oauth_server',
  'token_refused',
  'token_expired',
  'not_installed',
  'suspended',
  'portal_deleted',
  'no_rights',
  'inconsistent',
  'member_mismatch',
  'user_mismatch',
  'domain_mismatch',
  'unsafe_endpoint',
  'system_user_missing',
  'system_user_refused',
  'system_user_mismatch',
] as const

/** A reason that follows from an answer of Bitrix24. */
export type VerdictRefusal = (typeof VERDICT_REFUSALS)[number]

/** Every reason. Stable: operators see them in the log and in the admin API. */
export const INSTALL_REFUSALS = [
  ...VERDICT_REFUSALS,
  /** An uninstall came after the installation, or during its check. */
  'late',
  /** The sender of the installation is no owner, and its application token is not known. */
  'not_administrator',
  /** Another application speaks for the portal, and is still configured. */
  'another_application',
  /** The installation would have to be pending, and there is no key to seal it with. */
  'no_key',
  /** The installation would have to be pending, and too many installs are pending already. */
  'too_many_waiting',
] as const

/** The reason why an installation is refused. */
export type InstallRefusal = (typeof INSTALL_REFUSALS)[number]

/** The reasons for which an undecided installation cannot become a pending one. */
export type PendingRefusal = Extract<InstallRefusal, 'late' | 'no_key' | 'too_many_waiting'>

const OWNER_REMEDY =
  'Let an administrator of the portal open or install the application again: only an administrator, ' +
  'the recorded installer or the system user may bring a new application token'

const CONTRADICTION_REMEDY =
  "Nothing to do where nobody has installed the application: Bitrix24's word contradicts the request, " +
  'which is how a forged one looks. Otherwise let an administrator install the application again'

const REMEDIES: Readonly<Record<InstallRefusal, string>> = {
  foreign_oauth_server:
    'The request names an OAuth server that is not allowed: add it to BITRIX24_OAUTH_URLS if it is one of Bitrix24',
  token_refused: OWNER_REMEDY,
  token_expired: OWNER_REMEDY,
  not_installed: OWNER_REMEDY,
  suspended:
    "The portal's plan has ended or does not allow REST: renew it, then let an administrator open the application",
  portal_deleted:
    'Bitrix24 says that the portal is closed: install the application again once it is open',
  no_rights: OWNER_REMEDY,
  inconsistent: CONTRADICTION_REMEDY,
  member_mismatch: CONTRADICTION_REMEDY,
  user_mismatch: CONTRADICTION_REMEDY,
  domain_mismatch: CONTRADICTION_REMEDY,
  unsafe_endpoint:
    "The portal's address is no public https address, and such an address is never called: give the portal one",
  system_user_missing: OWNER_REMEDY,
  system_user_refused: OWNER_REMEDY,
  system_user_mismatch: CONTRADICTION_REMEDY,
  late: 'Nothing to do where the application was uninstalled since. Otherwise install the application again',
  not_administrator: OWNER_REMEDY,
  another_application:
    'Uninstall the application that the portal has, or take it out of the configuration: only one application speaks for a portal',
  no_key: 'Set TOKEN_KEYS (`npm run keys` makes one), then install the application again',
  too_many_waiting:
    'Too many installations of this portal wait: wait until they end, an hour at most while an OAuth server is silent, ' +
    'or configure the applications that `pending` names; then install the application again',
}

/** The sentence that tells an operator what to do about a refused installation. */
export function remedyOfRefusal(reason: InstallRefusal): string {
  return REMEDIES[reason]
}
