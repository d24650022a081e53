/**
 * Runs the bundled Worker on this machine: the real runtime, real storage in a folder, the bindings of
 * wrangler.toml. It can be killed at any moment and started again on the same disk.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { ChildProcess } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { Log, LogLevel, Miniflare, convertV4MiniflareOptions } from 'miniflare'
import { buildRelay, PROJECT_FOLDER } from './relay-build.ts'
import { readWorkerOptions } from './relay-bindings.ts'
import type { WorkerOptions } from './relay-bindings.ts'
import { parseToml } from './toml.ts'

/** The settings of a relay. */
export interface RelayOptions {
  /** Vars and secrets alike; they win over `[vars]` of wrangler.toml. */
  readonly vars: Readonly<Record<string, unknown>>
  /** The bindings of the Worker. @default those of wrangler.toml, with `vars` */
  readonly worker?: WorkerOptions
  /** The folder for storage. @default a temporary folder, removed by `dispose()` */
  readonly folder?: string
  /** A folder that `buildRelay()` has filled. @default bundles the Worker first */
  readonly buildFolder?: string
  /** The folder of wrangler.toml. @default this project */
  readonly projectFolder?: string
  /** @default a free port, the same one after each restart */
  readonly port?: number
}

/** One line of the Worker's console. */
export interface LogLine {
  /** Unix milliseconds. */
  readonly at: number
  /** `log`, `warn`, `error` … */
  readonly level: string
  readonly message: string
}

/** The KV binding as Miniflare hands it out. */
export type RelayKv = Awaited<ReturnType<Miniflare['getKVNamespace']>>

/** A relay on this machine. */
export interface RunningRelay {
  /** Its origin, for example `http://127.0.0.1:41233`; the same for its whole life. */
  readonly url: string
  /** The folder of its storage. */
  readonly folder: string
  /** Everything the Worker wrote to its console, over all restarts. */
  readonly logs: readonly LogLine[]
  readonly running: boolean
  /** Kills the runtime with SIGKILL; nothing answers until `restart()`. */
  kill(): Promise<void>
  /** Starts again on the same disk and port; stops a running one first. */
  restart(): Promise<void>
  /** Runs the cron trigger now; resolves with the runtime's outcome, `ok` when it did not throw. */
  dispatchScheduled(cron: string): Promise<string>
  /** @default the binding INSTALLS */
  kv(binding?: string): Promise<RelayKv>
  /** Stops the runtime and removes the temporary folders that it made. */
  dispose(): Promise<void>
  /** The same without waiting, for a process that is about to end. */
  disposeNow(): void
}

/** Builds (unless it is built) and starts a relay. */
export async function startRelay(options: RelayOptions): Promise<RunningRelay> {
  const folders = createTemporaryFolders()
  try {
    const folder = options.folder ?? (await folders.make())
    const projectFolder = options.projectFolder ?? PROJECT_FOLDER
    const worker = options.worker ?? (await readProjectWorker(projectFolder, options.vars))
    const buildFolder =
      options.buildFolder ?? (await buildRelay({ projectFolder, outFolder: await folders.make() }))
    return await runRelay({ ...worker, folder, buildFolder, port: options.port ?? 0 }, folders)
  } catch (error) {
    folders.remove()
    throw error
  }
}

async function readProjectWorker(
  projectFolder: string,
  vars: RelayOptions['vars'],
): Promise<WorkerOptions> {
  const config = parseToml(await readFile(join(projectFolder, 'wrangler.toml'), 'utf8'))
  return readWorkerOptions(config, vars)
}

async function runRelay(options: RuntimeOptions, folders: TemporaryFolders): Promise<RunningRelay> {
  const logs: LogLine[] = []
  const start = (port: number): Promise<Runtime> =>
    startRuntime({ ...options, port }, (line) => logs.push(line))
  let runtime = await start(options.port)
  let running = true
  const { url, port } = runtime
  return {
    url,
    folder: options.folder,
    logs,
    get running() {
      return running
    },
    async kill() {
      running = false
      await killRuntime(runtime)
    },
    async restart() {
      if (running) await runtime.miniflare.dispose()
      runtime = await start(port)
      running = true
    },
    async dispatchScheduled(cron) {
      const worker = await runtime.miniflare.getWorker()
      const { outcome } = await worker.scheduled({ cron })
      return outcome
    },
    kv: (binding = 'INSTALLS') => runtime.miniflare.getKVNamespace(binding),
    async dispose() {
      if (running) await runtime.miniflare.dispose()
      running = false
      folders.remove()
    },
    disposeNow() {
      for (const child of runtime.children) child.kill('SIGKILL')
      folders.remove()
    },
  }
}

interface Runtime {
  readonly miniflare: Miniflare
  readonly url: string
  readonly port: number
  /** The workerd processes that this Miniflare has started. */
  readonly children: readonly ChildProcess[]
}

type RuntimeOptions = WorkerOptions & {
  readonly folder: string
  readonly buildFolder: string
  readonly port: number
}

async function startRuntime(
  options: RuntimeOptions,
  onLog: (line: LogLine) => void,
): Promise<Runtime> {
  const children: ChildProcess[] = []
  const miniflare = startedProcesses.run(children, () => createMiniflare(options, onLog))
  try {
    const url = await miniflare.ready
    return { miniflare, url: url.origin, port: Number(url.port), children }
  } catch (error) {
    await miniflare.dispose()
    throw error
  }
}

function createMiniflare(
  { folder, buildFolder, port, ...worker }: RuntimeOptions,
  onLog: (line: LogLine) => void,
): Miniflare {
  return new Miniflare(
    convertV4MiniflareOptions({
      ...worker,
      host: '127.0.0.1',
      port,
      cf: false,
      telemetry: { enabled: false },
      resourcePersistencePath: folder,
      // Without a root of its own a script outside the current folder fails with an "internal error".
      modulesRoot: buildFolder,
      modules: [{ type: 'ESModule', path: join(buildFolder, 'index.js') }],
      log: new Log(LogLevel.NONE),
      handleStructuredLogs: ({ timestamp, level, message }) =>
        onLog({ at: timestamp, level, message }),
      handleUncaughtError: (error) =>
        onLog({ at: Date.now(), level: 'uncaught', message: error.stack ?? String(error) }),
    }),
  )
}

/**
 * Finds the processes that a Miniflare has started. Miniflare does not name them, so Node's own notice of each
 * new child process is read, in the asynchronous context of the Miniflare that has caused it.
 */
const startedProcesses = new AsyncLocalStorage<ChildProcess[]>()

subscribe('child_process', (message) => {
  // Sound: the channel's documented message is `{ process: ChildProcess }`.
  const { process: child } = message as { process: ChildProcess }
  startedProcesses.getStore()?.push(child)
})

async function killRuntime({ miniflare, children }: Runtime): Promise<void> {
  const exits = children
    .filter((child) => isWorkerd(child) && child.exitCode === null && child.signalCode === null)
    .map((child) => {
      child.kill('SIGKILL')
      return once(child, 'exit')
    })
  await Promise.all(exits)
  // Miniflare would start a new runtime by itself; the moment of the restart is the caller's choice.
  await miniflare.dispose()
}

function isWorkerd(child: ChildProcess): boolean {
  return basename(child.spawnfile ?? '').startsWith('workerd')
}

interface TemporaryFolders {
  make(): Promise<string>
  remove(): void
}

function createTemporaryFolders(): TemporaryFolders {
  const made: string[] = []
  return {
    async make() {
      const folder = await mkdtemp(join(tmpdir(), 'relay-'))
      made.push(folder)
      return folder
    },
    remove() {
      for (const folder of made) {
        rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
      }
    },
  }
}
