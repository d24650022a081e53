/** Checks of `doctor`: Node, and wrangler in the version that belongs to this release. */
import * as v from 'valibot'
import type { World } from '../world.ts'
import { findingsOf, type Finding } from './finding.ts'

/** Node runs the sources of this command line by itself from this version on. */
const LEAST_NODE = [22, 18] as const

const PackageSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    version: v.string(),
    devDependencies: v.exactOptional(v.record(v.string(), v.string())),
  }),
)

/** Checks the tools of this machine. */
export function checkToolchain(world: Pick<World, 'nodeVersion' | 'readFile'>): readonly Finding[] {
  return [checkNode(world.nodeVersion), checkWrangler(world)]
}

function checkNode(version: string): Finding {
  const { ok, problem } = findingsOf('node')
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [leastMajor, leastMinor] = LEAST_NODE
  const isNewEnough = major > leastMajor || (major === leastMajor && minor >= leastMinor)
  return isNewEnough
    ? ok(`Node ${version}`)
    : problem(`Node ${version} is too old`, `Install Node ${LEAST_NODE.join('.')} or later`)
}

function checkWrangler({ readFile }: Pick<World, 'readFile'>): Finding {
  const { ok, problem } = findingsOf('wrangler')
  const project = v.safeParse(PackageSchema, readFile('package.json'))
  const installed = v.safeParse(PackageSchema, readFile('node_modules/wrangler/package.json'))
  if (!project.success) {
    return problem('package.json is not found', 'Run this in the folder of the relay')
  }
  if (!installed.success) return problem('wrangler is not installed', 'Run npm ci')
  const wanted = project.output.devDependencies?.['wrangler'] ?? ''
  const { version } = installed.output
  return version === wanted
    ? ok(`wrangler ${version}`)
    : problem(
        `wrangler ${version} is installed, and ${wanted} belongs to this release`,
        'Run npm ci',
      )
}
