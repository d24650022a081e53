/**
 * The events about the application itself, which reach no destination, and what its robots send.
 */
import type { EventTopic } from '../event-topic.ts'

/** The topics of the application. */
export const APPLICATION_TOPICS = [
  {
    kind: 'application',
    scope: null,
    events: {
      OnAppInstall: 'installed',
      OnAppUpdate: 'updated',
      onAppUninstall: 'uninstalled',
      onAppUserReady: 'user_ready',
      ONAPPTEST: 'tested',
    },
    misspelt: { onAppsUninstall: 'uninstalled' },
    bindable: false,
    id: [],
  },
  {
    kind: 'application_payment',
    scope: null,
    events: { onAppPayment: 'paid' },
    bindable: false,
    id: ['CODE'],
  },
  {
    kind: 'application_method',
    scope: null,
    events: { onAppMethodConfirm: 'confirmed' },
    bindable: false,
    id: ['METHOD'],
  },
  {
    kind: 'application_settings',
    scope: null,
    events: {
      OnAppSettingsInstall: 'installed',
      OnAppSettingsDisplay: 'displayed',
      OnAppSettingsChange: 'updated',
    },
    bindable: false,
    id: [],
  },
  {
    kind: 'offline_queue',
    scope: null,
    events: { onOfflineEvent: 'updated' },
    bindable: false,
    // The event has no subject: the name of an event that waits in the queue is no id of the queue.
    id: [],
  },
  {
    // A robot of the application reports the record on which it works.
    kind: 'robot',
    scope: 'bizproc',
    events: { robot: 'reported' },
    bindable: false,
    id: [],
    related: { workflow: ['workflow_id'] },
    belongsTo: [{ type: 'document.type', id: 'document.id' }],
  },
  {
    // A robot "Outgoing webhook" names a record, and nothing else of what it says is believed.
    kind: 'robot_hint',
    scope: null,
    events: { robot_hint: 'reported' },
    bindable: false,
    id: [],
    belongsTo: [{ type: 'document.type', id: 'document.id' }],
  },
] as const satisfies readonly EventTopic[]
