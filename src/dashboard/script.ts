/** The one script of the dashboard. Every page works without it. */

/** The script; constant text, so it goes into the page as it is. */
export const SCRIPT = `
'use strict'
`
