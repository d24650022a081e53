/**
 * Lint refuses `fetch`, timers and the clock in the folders that are given them as arguments. A wrong path in lint's
 * configuration would let everything through in silence, so each line below is written into a scratch folder under the
 * project's configuration, and lint has to refuse it.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Rule } from './source.ts'

const OXLINT = fileURLToPath(new URL('../../node_modules/oxlint/bin/oxlint', import.meta.url))

const FETCH = `export const answer = await fetch('https://example.com')`
const NOW = `export const now = Date.now()`
const REPEAT = `export const timer = setInterval(() => {}, 1000)`

const FORBIDDEN: Readonly<Record<string, readonly string[]>> = {
  'src/core': [FETCH, NOW, REPEAT],
  'src/core/lanes/state': [FETCH, NOW, REPEAT],
  'src/bitrix24/servers': [FETCH, REPEAT],
  'src/destinations/slack': [FETCH, REPEAT],
  'src/storage': [FETCH, REPEAT],
  'src/objects': [FETCH, REPEAT],
  'src/portal': [FETCH, REPEAT],
  'src/portal/lanes/book': [FETCH, REPEAT],
  'src/edge/callers': [FETCH, REPEAT],
  'src/dashboard/pages': [FETCH, REPEAT],
  'cli/commands': [FETCH, NOW, REPEAT],
  'cli/doctor': [FETCH, NOW, REPEAT],
}

/** Lint refuses the globals that a folder is given as arguments. */
export const globals: Rule = {
  name: 'globals',
  check(root) {
    const probes = Object.entries(FORBIDDEN).flatMap(([folder, lines]) =>
      lines.map((line, index) => ({ file: `${folder}/probe-${index}.ts`, line })),
    )
    const refused = lintProbes(root, probes)
    return {
      problems: probes
        .filter(({ file }) => !refused.has(file))
        .map(({ file, line }) => `lint lets through in ${dirname(file)}: ${line}`),
      summary: `lint is asked about ${probes.length} forbidden lines`,
    }
  },
}

interface Probe {
  readonly file: string
  readonly line: string
}

/** The probes that lint refuses because of a global. */
function lintProbes(root: string, probes: readonly Probe[]): ReadonlySet<string> {
  const scratch = mkdtempSync(join(tmpdir(), 'globals-rule-'))
  try {
    cpSync(join(root, '.oxlintrc.json'), join(scratch, '.oxlintrc.json'))
    for (const { file, line } of probes) {
      mkdirSync(join(scratch, dirname(file)), { recursive: true })
      writeFileSync(join(scratch, file), `${line}\n`)
    }
    const options = { cwd: scratch, encoding: 'utf8' } as const
    const run = spawnSync(process.execPath, [OXLINT, '--format', 'json', 'src', 'cli'], options)
    // Sound: the documented form of lint's answer.
    const { diagnostics } = JSON.parse(run.stdout) as {
      readonly diagnostics: readonly { readonly code: string; readonly filename: string }[]
    }
    const ours = diagnostics.filter(({ code }) => code.includes('no-restricted-globals'))
    return new Set(ours.map(({ filename }) => filename.replaceAll('\\', '/')))
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
