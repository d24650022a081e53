/**
 * Which room of a folder may import which room beside it. A new room gets a line here where its folder has lines
 * already; otherwise it may import what its layer may (layer-table.ts).
 */

/** A folder whose rooms, that is the folders in it, import one another in one direction only. */
export interface RoomPlan {
  /** The folder as seen from the root. */
  readonly folder: string
  /** The files beside the rooms that every room may import. All others stand above the rooms. */
  readonly shared: readonly string[]
  /** True where no room and no file of the folder may import another one. @default false */
  readonly isApart?: boolean
  readonly rooms: readonly Room[]
}

/** One room of a folder. */
export interface Room {
  readonly room: string
  /** The rooms of the same folder that it may import, and files that stand beside the rooms and are not shared. */
  readonly imports: readonly string[]
  /** Files beside the rooms of which it may import types alone. */
  readonly types: readonly string[]
  /** One line for the reader of ARCHITECTURE.md. */
  readonly holds: string
}

/**
 * Every folder whose rooms have an order. In each list a room imports only rooms that stand below it. A file beside the
 * rooms of which a room imports anything may not import that room.
 */
export const ROOMS: readonly RoomPlan[] = [
  {
    folder: 'src/portal',
    shared: [
      'alarm.ts',
      'scheduler.ts',
      'settings.ts',
      'start-timer.ts',
      'wait-at-most.ts',
      'world.ts',
    ],
    rooms: [
      room(
        'views',
        'reports bulletins lanes fields names installs tokens log state',
        'what an operator is shown of a portal, a file for each view',
      ),
      {
        ...room(
          'tasks',
          'bulletins lanes fields names installs tokens log state',
          'what the object is asked to do, over several parts',
        ),
        types: ['parts.ts'],
      },
      room(
        'reports',
        'bulletins lanes tokens log state',
        'the state of the portal in one word, and its reports to the directory',
      ),
      room(
        'bulletins',
        'lanes fields names installs tokens log state',
        'what the relay tells of itself',
      ),
      room(
        'lanes',
        'fields names installs tokens log state',
        'the walks along the log, one lane a destination',
      ),
      room('fields', 'names installs tokens log state', 'what changed: enricher and reconciler'),
      room(
        'names',
        'installs tokens log state',
        'the names that messages need and events do not hold',
      ),
      room(
        'installs',
        'tokens log state',
        'who speaks for the portal, and what it is subscribed to',
      ),
      room('tokens', 'log state', 'the pairs, and the calls to the portal'),
      room('log', 'state', 'the log of events, and the way into it'),
      room('state', '', 'the schema, and the values of which there is one'),
    ],
  },
  {
    folder: 'src/portal/tasks',
    shared: [],
    rooms: [
      room('installs', '', 'an installation begins, is restored, ends'),
      room('log', '', 'an event comes, and old events go'),
    ],
  },
  {
    folder: 'src/portal/lanes',
    shared: [],
    rooms: [
      room(
        'sending',
        'book rules.ts',
        'the request to a receiver: its parcel, its pace, its connection',
      ),
      room('book', '', 'the stored states of all lanes, and the fates'),
    ],
  },
  {
    folder: 'src/portal/fields',
    shared: [],
    rooms: [room('shelves', '', 'the stored fields, on shelves and in rows')],
  },
  {
    folder: 'src/portal/log',
    shared: [],
    rooms: [room('rows', '', 'the log as it stands in storage: segments and rows')],
  },
  {
    folder: 'src/edge',
    shared: [
      'edge-counts.ts',
      'intake-answer.ts',
      'intake-deps.ts',
      'portal-client.ts',
      'two-tries.ts',
    ],
    rooms: [
      room('installs', 'callers spill', 'the beginning and the end of an installation'),
      room('callers', '', 'who calls, and how often'),
      room('spill', '', 'what waits in KV'),
    ],
  },
  {
    folder: 'src/dashboard',
    shared: ['paths.ts', 'terms.ts'],
    rooms: [
      room('pages', 'frame parts words', 'the pages, a file or a folder for each'),
      room('frame', 'parts words', 'the document around a page'),
      room('parts', 'words', 'what several pages show'),
      room(
        'browser',
        'words',
        'the program of the pages, which `npm run generate` writes into `src/dashboard/frame/script.ts`',
      ),
      room('words', '', 'sentences and numbers'),
    ],
  },
  {
    folder: 'src/dashboard/pages',
    shared: [],
    isApart: true,
    rooms: [
      room('event', '', 'the way of one event'),
      room('portal', '', 'one portal: its lanes, plots, troubles and events'),
    ],
  },
  {
    folder: 'src/http/admin',
    shared: [],
    rooms: [
      room('pages', 'routes.ts admission api', "the routes of the dashboard's pages and buttons"),
      room('openapi', 'api', 'the description of the API'),
      room('admission', '', 'who is let in'),
      room('api', '', 'what the operator asks and does'),
    ],
  },
  {
    folder: 'src/bitrix24',
    shared: ['events-path.ts'],
    rooms: [
      room('names', 'fields servers wire', 'names, read from a portal'),
      room(
        'installs',
        'servers wire',
        'the confirmation of an install, and the bindings of events',
      ),
      room('fields', 'servers wire', 'definitions of fields, read'),
      room('servers', 'wire', 'the OAuth server and the interface of a portal'),
      room('wire', '', 'requests of Bitrix24, decoded'),
    ],
  },
  {
    folder: 'src/destinations/message',
    shared: ['letter-case.ts', 'marks.ts', 'message.ts', 'people.ts', 'wording.ts'],
    rooms: [
      room('fields', 'events text', 'what a message says of fields and their changes'),
      room('events', 'text', 'what it says of all other events'),
      room('text', '', 'lines, and how foreign text becomes safe in them'),
    ],
  },
  {
    folder: 'cli',
    shared: [
      'exit-codes.ts',
      'fault.ts',
      'make-keys.ts',
      'options.ts',
      'relay-command.ts',
      'world.ts',
    ],
    rooms: [
      room('commands', 'doctor api terminal', 'a file for each command'),
      room('doctor', 'api terminal', 'the check of a deployment'),
      room('api', '', 'the client of the admin API'),
      room('terminal', '', 'tables, colours, and texts that are safe to print'),
    ],
  },
]

/** A room with the names of all that it may import of its own folder, in one text. */
function room(name: string, imports: string, holds: string): Room {
  return { room: name, imports: imports.split(' ').filter(Boolean), types: [], holds }
}
