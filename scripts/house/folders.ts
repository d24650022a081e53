/**
 * Lint keeps the table of ARCHITECTURE.md that says which folder may import which. A wrong expression in lint's
 * configuration would let everything through in silence, so each line below is written into a scratch folder under
 * the project's configuration, and lint has to refuse it.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Rule } from './source.ts'

const OXLINT = fileURLToPath(new URL('../../node_modules/oxlint/bin/oxlint', import.meta.url))

const FORBIDDEN: Readonly<Record<string, readonly string[]>> = {
  'src/core': [
    `import '../bitrix24/wire/form.ts'`,
    `import '../../bitrix24/wire/form.ts'`,
    `import 'hono'`,
    `import 'cloudflare:workers'`,
    `export const now = Date.now()`,
    `export const answer = await fetch('https://example.com')`,
  ],
  'src/bitrix24': [`import '../destinations/send.ts'`, `import '../portal/portal.ts'`],
  'src/destinations': [`import '../bitrix24/wire/form.ts'`, `import '../storage/seal.ts'`],
  'src/storage': [`import '../portal/portal.ts'`],
  'src/objects': [`import '../portal/portal.ts'`, `import '../bitrix24/wire/form.ts'`],
  'src/portal': [
    `import '../http/admin/routes.ts'`,
    `import '../edge/intake.ts'`,
    `import '../config/config.ts'`,
    `import 'hono'`,
  ],
  'src/portal/state': [
    `import '../../http/admin/routes.ts'`,
    `import '../lanes/book/book.ts'`,
    `import '../fields/enricher.ts'`,
    `import '../tokens/portal-caller.ts'`,
    `import '../installs/trust.ts'`,
    `import '../log/log-store.ts'`,
    `import '../views/portal-view.ts'`,
    `import '../portal.ts'`,
    `import '../tasks/upkeep.ts'`,
  ],
  'src/portal/log': [
    `import '../../http/admin/routes.ts'`,
    `import '../lanes/book/book.ts'`,
    `import '../fields/enricher.ts'`,
    `import '../tokens/portal-caller.ts'`,
    `import '../installs/trust.ts'`,
    `import '../portal.ts'`,
    `import '../parts.ts'`,
  ],
  'src/portal/tokens': [
    `import '../../config/config.ts'`,
    `import '../lanes/book/book.ts'`,
    `import '../fields/enricher.ts'`,
    `import '../installs/trust.ts'`,
  ],
  'src/portal/installs': [
    `import '../../edge/intake.ts'`,
    `import '../lanes/book/book.ts'`,
    `import '../fields/enricher.ts'`,
  ],
  'src/portal/fields': [
    `import '../../app.ts'`,
    `import '../lanes/book/book.ts'`,
    `import '../views/portal-view.ts'`,
  ],
  'src/portal/lanes': [
    `import '../bulletins/bulletins.ts'`,
    `import 'hono'`,
    `import '../views/portal-view.ts'`,
    `import '../portal.ts'`,
    `import '../parts.ts'`,
    `import '../tasks/upkeep.ts'`,
  ],
  'src/portal/bulletins': [
    `import '../tasks/upkeep.ts'`,
    `import '../views/portal-view.ts'`,
    `import '../portal.ts'`,
  ],
  'src/portal/lanes/book': [
    `import '../../tasks/upkeep.ts'`,
    `import '../sending/pace.ts'`,
    `import '../rules.ts'`,
  ],
  'src/portal/tasks': [`import '../views/portal-view.ts'`, `import '../portal.ts'`],
  'src/portal/views': [`import '../tasks/upkeep.ts'`, `import '../portal.ts'`],
  'src/edge/callers': [
    `import '../spill/spill.ts'`,
    `import '../installs/install-budget.ts'`,
    `import '../intake.ts'`,
    `import '../../http/admin/routes.ts'`,
  ],
  'src/edge/spill': [`import '../callers/callers.ts'`, `import '../installs/take-install.ts'`],
  'src/edge': [`import '../http/admin/routes.ts'`, `import '../app.ts'`, `import 'hono'`],
  'src/dashboard': [
    `import '../http/admin/routes.ts'`,
    `import '../portal/portal.ts'`,
    `import '../../portal/views/portal-view.ts'`,
    `import '../destinations/send.ts'`,
    `import 'hono'`,
    `import 'hono/cookie'`,
    `export const answer = await fetch('https://example.com')`,
  ],
  'src/dashboard/browser': [
    `import '../parts/time.tsx'`,
    `import '../frame/document.tsx'`,
    `import '../../http/admin/routes.ts'`,
    `import 'hono'`,
  ],
  'src/dashboard/words': [
    `import '../parts/time.tsx'`,
    `import '../frame/document.tsx'`,
    `import '../pages/overview-page.tsx'`,
    `import '../../portal/portal.ts'`,
  ],
  'src/dashboard/parts': [
    `import '../frame/document.tsx'`,
    `import '../pages/overview-page.tsx'`,
    `import 'hono'`,
  ],
  'src/dashboard/pages': [
    `import './portal/event-list.tsx'`,
    `import './overview-page.tsx'`,
    `import '../../app.ts'`,
  ],
  'src/dashboard/pages/portal': [
    `import '../event/event-fates.tsx'`,
    `import '../overview-page.tsx'`,
    `import '../../../portal/portal.ts'`,
  ],
  'src/dashboard/frame': [`import '../pages/overview-page.tsx'`, `import '../../app.ts'`],
  'src/http/admin/api': [
    `import '../pages/routes.ts'`,
    `import '../openapi/document-route.ts'`,
    `import '../admission/session.ts'`,
    `import '../routes.ts'`,
    `import '../../../app.ts'`,
  ],
  'src/http/admin/admission': [`import '../pages/routes.ts'`, `import '../api/json-route.ts'`],
  'src/http/admin/openapi': [`import '../pages/routes.ts'`, `import '../admission/session.ts'`],
  'src/http': [`import '../app.ts'`, `import '../config/config.ts'`],
  cli: [
    `import '../src/app.ts'`,
    `import '../src/portal/portal.ts'`,
    `import '../src/core/lanes/fate-of.ts'`,
    `import 'hono'`,
  ],
  'cli/commands': [
    `import '../../src/storage/seal.ts'`,
    `import '../../src/core/why/tell-why.ts'`,
    `import '../../src/config/config.ts'`,
    `import '../../test/support/time.ts'`,
    `export const answer = await fetch('https://example.com')`,
  ],
  'cli/doctor': [
    `import '../../src/http/admin/routes.ts'`,
    `import '../../src/destinations/send.ts'`,
  ],
}

/** Lint refuses every import against the table of ARCHITECTURE.md. */
export const folders: Rule = {
  name: 'folders',
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

/** The probes that lint refuses because of the table. */
function lintProbes(root: string, probes: readonly Probe[]): ReadonlySet<string> {
  const scratch = mkdtempSync(join(tmpdir(), 'folder-rule-'))
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
    const ours = diagnostics.filter(({ code }) => /no-restricted-(?:imports|globals)/.test(code))
    return new Set(ours.map(({ filename }) => filename.replaceAll('\\', '/')))
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
