/** The form of a member id, in which portals are named everywhere inside the program. */

/** Whether a text is a member id: 32 hex digits in lower case. */
export function isMemberId(text: string): boolean {
  return /^[0-9a-f]{32}$/u.test(text)
}
