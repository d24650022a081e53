/**
 * A relay whose parts are of different versions, as in the minutes after a deployment: the edge is new at once, and
 * an object that is awake keeps its code for up to five minutes (docs/cloudflare.md, "Code updates").
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { Log, LogLevel, Miniflare, convertV4MiniflareOptions } from 'miniflare'
import { readWorkerOptions, type JsonValue } from '../../playground/relay-bindings.ts'
import { buildRelay, PROJECT_FOLDER } from '../../playground/relay-build.ts'
import { parseToml } from '../../playground/toml.ts'
import wranglerToml from '../../wrangler.toml?raw'

/**
 * The commit of the release before the next one: 0.1.0. A release replaces it by its own, together with the types of
 * test/upgrade/former-calls.test.ts.
 */
const FORMER_RELEASE = 'd809ba9b'

/** The parts of a relay that may be of different versions. */
export interface Versions<T> {
  readonly edge: T
  readonly portals: T
  /** The directory and the pacers. */
  readonly others: T
}

/** A running relay of several versions. */
export interface MixedRelay {
  readonly url: string
  /** The lines of its console. */
  readonly logs: readonly string[]
  dispatchScheduled(cron: string): Promise<string>
  dispose(): Promise<void>
}

/** Whether the history of this clone reaches back to the former release; a shallow one does not. */
export function hasFormerRelease(): boolean {
  return git(['cat-file', '-e', `${FORMER_RELEASE}^{commit}`]).status === 0
}

/** Bundles the former release, with the packages of today; resolves with the folder of the bundle. */
export async function buildFormerRelease(folder: string): Promise<string> {
  mkdirSync(folder)
  const { stdout } = git(['archive', FORMER_RELEASE, 'src', 'wrangler.toml', 'tsconfig.json'])
  const { status, stderr } = spawnSync('tar', ['-x', '-C', folder], { input: stdout })
  if (status !== 0) throw new Error(`Cannot unpack the former release: ${stderr.toString()}`)
  symlinkSync(join(PROJECT_FOLDER, 'node_modules'), join(folder, 'node_modules'), 'junction')
  return buildRelay({ projectFolder: folder, outFolder: join(folder, 'bundle') })
}

function git(args: readonly string[]) {
  return spawnSync('git', args, { cwd: PROJECT_FOLDER, maxBuffer: 64 * 1024 * 1024 })
}

const PORTAL_CLASSES = ['PORTALS']

/** Starts a relay whose parts come from the named bundles. */
export async function startMixedRelay(
  bundles: Versions<string>,
  vars: Readonly<Record<string, JsonValue>>,
): Promise<MixedRelay> {
  const logs: string[] = []
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      port: 0,
      cf: false,
      telemetry: { enabled: false },
      log: new Log(LogLevel.NONE),
      handleStructuredLogs: ({ message }) => logs.push(message),
      handleUncaughtError: (error) => logs.push(`uncaught ${error.stack ?? String(error)}`),
      // The first one answers requests.
      workers: (['edge', 'portals', 'others'] as const).map((part) => aWorker(part, bundles, vars)),
    }),
  )
  const { origin } = await miniflare.ready
  return {
    url: origin,
    logs,
    async dispatchScheduled(cron) {
      const worker = await miniflare.getWorker('edge')
      return (await worker.scheduled({ cron })).outcome
    },
    dispose: () => miniflare.dispose(),
  }
}

/** One part: its own classes of objects run here, and the others are called where they run. */
function aWorker(
  part: keyof Versions<string>,
  bundles: Versions<string>,
  vars: Readonly<Record<string, JsonValue>>,
) {
  const { durableObjects, ...worker } = readWorkerOptions(parseToml(wranglerToml), vars)
  const classes = Object.entries(durableObjects).map(([binding, object]) => {
    const home = PORTAL_CLASSES.includes(binding) ? 'portals' : 'others'
    return [binding, home === part ? object : { ...object, scriptName: home }] as const
  })
  return {
    ...worker,
    name: part,
    kvNamespaces: { INSTALLS: 'installs' },
    durableObjects: Object.fromEntries(classes),
    modulesRoot: bundles[part],
    modules: [{ type: 'ESModule' as const, path: join(bundles[part], 'index.js') }],
  }
}
