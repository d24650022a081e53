/** The profile of the receiver "Microsoft Teams (Workflows)". Statements that no source proves are on the safe side. */
import type { Profile } from '../profile.ts'
import { exact, part } from '../answers/rules.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

/** Microsoft Teams by a Workflows trigger; the former connectors are switched off. */
export const TEAMS: Profile = {
  title: 'Microsoft Teams (Workflows)',
  sources: [
    'https://learn.microsoft.com/connectors/teams/#microsoft-teams-webhook',
    'https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using',
  ],
  settings: [
    {
      name: 'url',
      meaning: 'of a workflow that begins with “When a Teams webhook request is received”',
    },
  ],
  success: { statuses: [200, 202], body: 'no_error' },
  limits: [
    // 28 KB are documented; a body of 24,453 bytes got its 202 and never showed (msteams-docs#11274).
    { what: 'message', max: 20_480, unit: 'bytes' },
    { what: 'template', max: 8000, unit: 'characters' },
  ],
  pace: [
    { count: 4, ms: SECOND_MS },
    { count: 60, ms: 30 * SECOND_MS },
    { count: 100, ms: HOUR_MS },
    { count: 150, ms: 2 * HOUR_MS },
    { count: 1800, ms: 24 * HOUR_MS },
  ],
  paceScope: 'url',
  paceHeaders: false,
  carefulMs: MINUTE_MS,
  errors: [
    part('returned http error 429', 'rate_limited', 'wait'),
    part('returned http error 413', 'too_large', 'message'),
    exact('WorkflowNotFound', 'workflow_not_found', 'endpoint'),
    exact('WorkflowTriggerIsNotEnabled', 'workflow_disabled', 'endpoint'),
    exact('MissingApiVersionParameter', 'wrong_url', 'endpoint'),
    exact('TriggerRequestMethodNotValid', 'wrong_url', 'endpoint'),
    exact('DirectApiAuthorizationRequired', 'wrong_signature', 'endpoint'),
    exact('AuthorizationFailed', 'wrong_signature', 'endpoint'),
    exact('InvalidRequestContent', 'invalid_request_content', 'message'),
    exact('TriggerInputSchemaMismatch', 'schema_mismatch', 'message'),
    part('request entity too large', 'too_large', 'message'),
  ],
  statuses: [
    { statuses: [400, 413], class: 'message' },
    { statuses: [401, 403, 404, 410], class: 'endpoint' },
  ],
  secretParts: 'the query, with its signature, and the path',
}
