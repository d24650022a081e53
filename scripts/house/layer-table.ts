/**
 * Which folder may import which. This table, and room-table.ts for the rooms inside of folders, are the only place that
 * says so: the rule `layers` holds every import of the project against them, and `npm run generate` writes them into
 * ARCHITECTURE.md.
 */

/** A folder or a file of the project, with everything that it may import. */
export interface Layer {
  /** The folder, or the file, as seen from the root. A file of a layer inside of another one belongs to the inner one. */
  readonly place: string
  /** The other folders and files, as seen from the root, that it may import. */
  readonly imports: readonly string[]
  /**
   * The packages that it may import. `hono` allows all of hono, `hono/html` one part of it, and `node:` all modules of
   * Node. Without a list every package is allowed.
   */
  readonly packages?: readonly string[]
  /** One line for the reader of ARCHITECTURE.md: what stands here and nowhere else. */
  readonly owns: string
}

const WORKER = 'cloudflare:'
const TERMINAL = ['commander', 'valibot', 'cli-table3', 'picocolors', 'node:']

/** Every layer, from the ground up. */
export const LAYERS: readonly Layer[] = [
  {
    place: 'src/core',
    imports: [],
    packages: ['valibot'],
    owns: 'decisions: no I/O, no clock, no platform',
  },
  {
    place: 'src/bitrix24',
    imports: ['src/core'],
    packages: ['valibot'],
    owns: "everything that knows Bitrix24's forms and servers",
  },
  {
    place: 'src/destinations',
    imports: ['src/core'],
    packages: ['valibot', 'mustache'],
    owns: 'outgoing messages; one folder a receiver, one line in `registry.ts` each',
  },
  {
    place: 'src/storage',
    imports: ['src/core'],
    packages: ['valibot'],
    owns: 'KV, sealing, the narrow view of SQLite',
  },
  { place: 'src/log.ts', imports: [], packages: [], owns: "the operator's log" },
  { place: 'src/sleep.ts', imports: [], packages: [], owns: "the platform's clock to wait for" },
  {
    place: 'src/tracing.ts',
    imports: ['src/core'],
    packages: [WORKER],
    owns: "spans in Cloudflare's traces",
  },
  {
    place: 'src/objects',
    imports: ['src/core', 'src/storage', 'src/log.ts'],
    packages: ['valibot', WORKER],
    owns: "the Durable Objects beside the portal's: directory and pacer, and their clients",
  },
  {
    place: 'src/portal',
    imports: [
      'src/core',
      'src/bitrix24',
      'src/destinations',
      'src/storage',
      'src/objects',
      'src/log.ts',
    ],
    packages: ['valibot', WORKER],
    owns: "the portal's SQL and its alarm",
  },
  {
    place: 'src/edge',
    imports: ['src/core', 'src/bitrix24', 'src/storage', 'src/objects', 'src/portal', 'src/log.ts'],
    packages: ['valibot'],
    owns: 'trust at the edge, the spill, the scheduled work',
  },
  {
    place: 'src/dashboard',
    imports: ['src/core'],
    packages: ['hono/html', 'hono/jsx'],
    owns: 'the pages of the operator: functions from views to markup, without I/O',
  },
  {
    place: 'src/http',
    imports: [
      'src/core',
      'src/bitrix24',
      'src/destinations',
      'src/storage',
      'src/objects',
      'src/portal',
      'src/edge',
      'src/dashboard',
      'src/log.ts',
    ],
    packages: ['hono', 'valibot', 'jose'],
    owns: 'routes and status codes',
  },
  {
    place: 'src/config',
    imports: ['src/core', 'src/bitrix24', 'src/destinations', 'src/storage', 'src/http'],
    packages: ['valibot'],
    owns: 'the settings of the Worker, read once',
  },
  { place: 'src/app.ts', imports: ['src'], packages: ['hono'], owns: 'wiring' },
  {
    place: 'src/index.ts',
    imports: ['src'],
    packages: [],
    owns: 'the entry of the Worker, and the classes of its objects',
  },
  {
    place: 'cli',
    imports: ['src/core/views'],
    packages: TERMINAL,
    owns: "the operator's command line, on Node: terminal, exit codes",
  },
  {
    place: 'cli/doctor',
    imports: [
      'cli',
      'src/core/views',
      'src/config',
      'scripts/merge-config.ts',
      'playground/toml.ts',
    ],
    packages: TERMINAL,
    owns: "the check of an operator's settings, by the loader that the Worker uses",
  },
  {
    place: 'playground',
    imports: [
      'src/core',
      'src/destinations',
      'src/dashboard/words',
      'src/dashboard/paths.ts',
      'scripts/command-line.ts',
    ],
    packages: ['node:', 'miniflare', 'playwright-core'],
    owns: 'simulated portals and receivers around a built relay',
  },
  {
    place: 'bench',
    imports: ['src', 'playground', 'scripts/command-line.ts', 'test/simulation', 'test/support'],
    owns: 'measurements of speed and of cost',
  },
  {
    place: 'scripts',
    imports: ['src', 'cli', 'playground', 'test/support'],
    owns: 'the tools of this repository',
  },
  {
    place: 'test',
    imports: ['src', 'cli', 'playground', 'bench', 'scripts', 'examples'],
    owns: 'the tests, which nothing but `bench` and `scripts` may import',
  },
]
