/** Bundles the Worker as a deployment would, without an account and without a network. */
import { spawn } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder that holds wrangler.toml. */
export const PROJECT_FOLDER = fileURLToPath(new URL('..', import.meta.url))

/**
 * The project's wrangler, run by the same Node as this process, since the machine's own may be too old. The
 * file in its `bin` folder would start this one in a further process, which a killed build would leave
 * behind.
 */
const WRANGLER = join(PROJECT_FOLDER, 'node_modules/wrangler/wrangler-dist/cli.js')

const QUIET = {
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_WRITE_LOGS: 'false',
}

/** Builds in progress, to be stopped when the process ends. */
const builds = new Set<() => void>()

/** The input and the output of a build. */
export interface BuildOptions {
  /** The folder of wrangler.toml. @default this project */
  readonly projectFolder?: string
  /** The Worker's entry. @default the one that wrangler.toml names */
  readonly entry?: string
  /** @default a new temporary folder */
  readonly outFolder?: string
}

/** Bundles the Worker and resolves with the folder of the bundle. Rejects with wrangler's own words. */
export async function buildRelay({
  projectFolder = PROJECT_FOLDER,
  entry,
  outFolder,
}: BuildOptions = {}): Promise<string> {
  const folder = outFolder ?? (await mkdtemp(join(tmpdir(), 'relay-build-')))
  const what = ['deploy', ...(entry === undefined ? [] : [entry]), '--config', 'wrangler.toml']
  const how = ['--dry-run', '--outdir', folder]
  const build = spawn(process.execPath, ['--no-warnings', WRANGLER, ...what, ...how], {
    cwd: projectFolder,
    // Wrangler keeps a file about itself in the user's settings; here it goes with the bundle.
    env: { ...process.env, ...QUIET, XDG_CONFIG_HOME: folder },
  })
  const stop = (): void => void build.kill('SIGKILL')
  builds.add(stop)
  const output: string[] = []
  build.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()))
  build.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString()))
  return new Promise((resolve, reject) => {
    build.on('error', reject)
    build.on('close', (code) => {
      builds.delete(stop)
      if (code === 0) resolve(folder)
      else reject(new Error(`Cannot bundle the Worker: ${output.join('').trim()}`))
    })
  })
}

/** Stops every build in progress; for the moment before the process ends. */
export function stopBuilds(): void {
  for (const stop of builds) stop()
}
