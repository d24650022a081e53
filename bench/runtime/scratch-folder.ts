/** A folder that is gone when the bench is over. */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { atExit } from './at-exit.ts'

/** A folder, and its removal. */
export interface ScratchFolder {
  readonly path: string
  remove(): void
}

/** Makes a folder below another one. */
export function makeScratchFolder(parent: string, prefix: string): ScratchFolder {
  const path = mkdtempSync(join(parent, prefix))
  const removeNow = (): void => rmSync(path, { recursive: true, force: true, maxRetries: 5 })
  const takeBack = atExit(removeNow)
  return {
    path,
    remove: () => {
      takeBack()
      removeNow()
    },
  }
}
