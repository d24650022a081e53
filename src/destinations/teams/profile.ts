/** The facts about the receiver "Microsoft Teams (Workflows)", as data. */
import { SECOND_MS, MINUTE_MS, HOUR_MS } from '../../core/durations.ts'
import { exact, part, type Profile } from '../profile.ts'

/** Microsoft Teams by a trigger of Workflows. The Office 365 connectors before it are switched off. */
export const TEAMS = {
  title: 'Microsoft Teams (Workflows)',
  sources: [
    'https://learn.microsoft.com/connectors/teams/#microsoft-teams-webhook',
    'https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using',
    'https://devblogs.microsoft.com/microsoft365dev/retirement-of-office-365-connectors-within-microsoft-teams/',
  ],
  settings: [
    {
      name: 'url',
      meaning:
        'the address of a workflow that begins with “When a Teams webhook request is received”',
    },
  ],
  success: { statuses: [200, 202], body: 'no_error' },
  limits: [
    // Microsoft documents 28 KB, but a body of 24,453 bytes was answered with 202 and never shown
    // (github.com/MicrosoftDocs/msteams-docs/issues/11274).
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
} as const satisfies Profile
