/**
 * Proves that lint enforces the folder rule of ARCHITECTURE.md: it writes one forbidden import or global per
 * folder into a scratch project with the same lint configuration, and expects oxlint to refuse each of them.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const FORBIDDEN = {
  'src/core/probe.ts': [
    `import '../bitrix24/form.ts'`,
    `import '../../bitrix24/form.ts'`,
    `import 'hono'`,
    `import 'cloudflare:workers'`,
    `export const now = Date.now()`,
    `export const answer = await fetch('https://example.com')`,
  ],
  'src/bitrix24/probe.ts': [`import '../destinations/slack.ts'`, `import '../portal/portal.ts'`],
  'src/destinations/probe.ts': [`import '../bitrix24/form.ts'`, `import '../storage/seal.ts'`],
  'src/storage/probe.ts': [`import '../portal/portal.ts'`],
  'src/objects/probe.ts': [`import '../portal/portal.ts'`, `import '../bitrix24/wire/form.ts'`],
  'src/portal/probe.ts': [
    `import '../http/admin.ts'`,
    `import '../edge/intake.ts'`,
    `import '../config/config.ts'`,
    `import 'hono'`,
  ],
  'src/portal/log/probe.ts': [`import '../../http/admin.ts'`, `import '../../config/config.ts'`],
  'src/edge/probe.ts': [`import '../http/admin.ts'`, `import '../app.ts'`, `import 'hono'`],
  'src/http/probe.ts': [`import '../app.ts'`, `import '../config/config.ts'`],
}

const scratch = mkdtempSync(join(tmpdir(), 'folder-rule-'))
const oxlint = resolve('node_modules/.bin/oxlint')
let silent = 0
let bitten = 0

try {
  cpSync('.oxlintrc.json', join(scratch, '.oxlintrc.json'))
  for (const [file, lines] of Object.entries(FORBIDDEN)) {
    for (const line of lines) {
      mkdirSync(join(scratch, file, '..'), { recursive: true })
      writeFileSync(join(scratch, file), `${line}\n`)
      if (isRefused(file)) bitten += 1
      else {
        silent += 1
        console.error(`The folder rule does not refuse in ${file}: ${line}`)
      }
      rmSync(join(scratch, file))
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

console.log(`Folder rule: ${bitten} forbidden lines refused, ${silent} let through`)
process.exitCode = silent === 0 ? 0 : 1

function isRefused(file) {
  try {
    execFileSync(oxlint, [file], { cwd: scratch, stdio: 'pipe' })
    return false
  } catch (error) {
    return /no-restricted-(imports|globals)/.test(String(error.stdout))
  }
}
