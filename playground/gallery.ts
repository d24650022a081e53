/**
 * `node playground/gallery.ts <folder>`: draws the messages that are kept as golden files, each in its
 * receiver's own view, so that a person can look at all of them without a running relay. A file is
 * `<folder>/<type>/<language>/<kind>.json` and holds one request: `{"url","headers","body"}`.
 */
import { readdirSync, readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sendJson, startLocalServer } from './local-server.ts'
import { answerFile, readPageFiles } from './page-server.ts'

/** One golden request, by its place in the folder. */
export interface GoldenFile {
  readonly type: string
  readonly language: string
  readonly kind: string
  readonly request: unknown
}

/** Reads the golden files of a folder, in the order of their names. Throws on text that is not JSON. */
export function readGoldenFiles(folder: string): readonly GoldenFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.json') && path.split(sep).length === 3)
    .toSorted()
    .map((path) => {
      const [type = '', language = '', kind = ''] = path.slice(0, -'.json'.length).split(sep)
      return { type, language, kind, request: JSON.parse(readFileSync(join(folder, path), 'utf8')) }
    })
}

const [, script, folder] = process.argv
if (script === fileURLToPath(import.meta.url)) {
  if (folder === undefined)
    throw new Error('Cannot show a gallery without a folder of golden files')
  const files = readPageFiles()
  const server = await startLocalServer(async (request, response: ServerResponse) => {
    const path = request.headers.host === server.host ? request.url : undefined
    // Read at each visit, so that a changed message is seen by loading the page again.
    if (path === '/golden') return sendJson(response, 200, { value: readGoldenFiles(folder) })
    return answerFile(files.get(path === '/' ? '/gallery.html' : (path ?? '')), response)
  })
  process.stdout.write(`Gallery: ${server.origin}\nStop with Ctrl-C\n`)
}
