/** The events about tasks, calendars, people, groups and posts. */
import { spellEvents, type EventTopic } from '../event-topic.ts'

/** The topics of tasks. */
export const TASK_TOPICS = [
  {
    kind: 'task',
    scope: 'task',
    events: spellEvents('OnTask'),
    link: '/company/personal/user/{user}/tasks/task/view/{id}/',
  },
  {
    kind: 'task_comment',
    scope: 'task',
    events: spellEvents('OnTaskComment'),
    misspelt: { OnTaskCommenUpdate: 'updated', OnTaskCommenDelete: 'deleted' },
    // Newer portals keep comments as messages of a chat: `ID` is 0 there.
    id: ['ID', 'MESSAGE_ID'],
    related: { task: ['TASK_ID'] },
    link: '/company/personal/user/{user}/tasks/task/view/{task}/',
  },
] as const satisfies readonly EventTopic[]

/** The topics of calendars. */
export const CALENDAR_TOPICS = [
  { kind: 'calendar_entry', scope: 'calendar', events: spellEvents('OnCalendarEntry') },
  { kind: 'calendar_section', scope: 'calendar', events: spellEvents('OnCalendarSection') },
] as const satisfies readonly EventTopic[]

/** The topics of people and of the groups in which they work. */
export const PEOPLE_TOPICS = [
  {
    kind: 'user',
    scope: 'user',
    events: { onUserAdd: 'added' },
    link: '/company/personal/user/{id}/',
  },
  {
    kind: 'workgroup',
    scope: 'sonet',
    events: spellEvents('onSonetGroup'),
    link: '/workgroups/group/{id}/',
  },
  { kind: 'feed_post', scope: 'log', events: spellEvents('OnLiveFeedPost'), id: ['POST_ID'] },
] as const satisfies readonly EventTopic[]
