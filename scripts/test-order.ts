/**
 * The order in which vitest hands test files to its workers: a long file comes early, so that no worker is still busy
 * with it when the others have nothing left. A worker serves one project, so the files of a project stay together.
 */
import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The projects of vitest.config.ts: the one with the longest file first, the one with the shortest files last. */
export const PROJECTS: readonly string[] = ['simulated', 'built', 'runtime', 'pure']

/** Files that take ten seconds or more on a quiet machine, the longest first. */
export const LONG_FILES: readonly string[] = [
  'test/simulation/simulation.test.ts',
  'test/bench/cost/count-loops.test.ts',
  'test/built/session.test.ts',
  'test/built/kill.test.ts',
  'test/built/deploy.test.ts',
  'test/portal/tasks/installs/recovery.test.ts',
]

/** Sorts test files by their projects, then those that are known to be long to the front. */
export class TestOrder extends BaseSequencer {
  /** Every other file keeps the place that vitest gives it: the larger one comes first. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- vitest gives this method its name
    const sorted = await super.sort(files)
    return sorted.toSorted(
      (a, b) => placeOfProject(a) - placeOfProject(b) || placeOf(a) - placeOf(b),
    )
  }
}

function placeOfProject({ project }: TestSpecification): number {
  return placeIn(PROJECTS, project.name)
}

function placeOf({ moduleId, project }: TestSpecification): number {
  return placeIn(LONG_FILES, relative(project.vitest.config.root, moduleId))
}

/** The place in a list, behind its end for what the list does not name. */
function placeIn(list: readonly string[], name: string): number {
  const place = list.indexOf(name)
  return place < 0 ? list.length : place
}
