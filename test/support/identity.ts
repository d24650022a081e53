/** Who the portal of the recorded bodies is. */

/** Its member id. */
export const MEMBER_ID = 'a223c6b3710f85df22e9377d6c4f7553'

/** The domain at which it is called. */
export const DOMAIN = 'acme.bitrix24.com'
