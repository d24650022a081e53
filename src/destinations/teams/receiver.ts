/**
 * The receiver `teams`: a workflow of Microsoft Teams that posts Adaptive Cards
 * (https://learn.microsoft.com/connectors/teams/#microsoft-teams-webhook). Microsoft has switched off the
 * Office 365 connectors that came before
 * (https://devblogs.microsoft.com/microsoft365dev/retirement-of-office-365-connectors-within-microsoft-teams/),
 * so their addresses are refused.
 */
import { createChatType } from '../chat.ts'
import { openByUrl } from '../chat-endpoint.ts'
import type { DestinationType } from '../receiver.ts'
import { limitOf } from '../profile.ts'
import { TEAMS } from './profile.ts'
import { layOutTeams, layOutTeamsText } from './layout.ts'
import { inertTeams } from './text.ts'

const REMEDY = 'make a workflow "When a Teams webhook request is received" and use its URL'

// The hosts of HTTP triggers in the commercial cloud, those of the US government (GCC, GCC High, DoD) and of
// China: https://learn.microsoft.com/power-automate/ip-address-configuration
const HOST_SUFFIXES: readonly string[] = [
  '.logic.azure.com',
  '.logic.azure.us',
  '.logic.azure.cn',
  '.environment.api.powerplatform.com',
  '.environment.api.gov.powerplatform.microsoft.us',
  '.environment.api.high.powerplatform.microsoft.us',
  '.environment.api.appsplatform.us',
  '.environment.api.powerplatform.partner.microsoftonline.cn',
]

const CONNECTOR = /^(?:.+\.)?webhook\.office\.com$|^outlook\.office(?:365)?\.com$/

const MAX_BYTES = limitOf(TEAMS, 'message')

/** A Teams workflow. Delivered is 202, which says only that a run of the workflow has begun. */
export const teams: DestinationType = createChatType({
  type: 'teams',
  profile: TEAMS,
  open: openByUrl(findProblem),
  layOut: layOutTeams,
  layOutText: layOutTeamsText,
  escape: inertTeams,
  fits: (_body, json) => new TextEncoder().encode(json).length <= MAX_BYTES,
})

function findProblem(url: URL): string | null {
  if (CONNECTOR.test(url.hostname)) {
    return `Must not be an Office 365 connector as these were switched off in May 2026: ${REMEDY}`
  }
  if (url.port !== '' || !HOST_SUFFIXES.some((suffix) => url.hostname.endsWith(suffix))) {
    return `Must be the URL of a Teams workflow, whose host ends in .logic.azure.com or .environment.api.powerplatform.com: ${REMEDY}`
  }
  // Without the signature the trigger answers 401 to a sender without a Microsoft account.
  if ((url.searchParams.get('sig') ?? '') !== '') return null
  return `Must hold the workflow's signature (sig=): copy the whole URL of a workflow that anyone may trigger`
}
