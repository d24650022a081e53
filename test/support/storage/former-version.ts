/// <reference types="vite/types/importMeta.d.ts" />
/**
 * The rows that the former version stored, and the answers that it gave about them. They are the files of
 * test/fixtures/former-version, whose README tells what they hold and how they came to be.
 */
import type { Entry } from '../builders/entries.ts'
import type { Stored, StoredObject, StoredRecord } from './stored-rows.ts'

/** Everything that was stored at one moment, and the settings that it was stored under. */
export interface FormerVersion {
  /** Unix milliseconds. */
  readonly takenAt: number
  /** DESTINATIONS by the portal's file; `others` for those that have none of their own. */
  readonly destinations: Readonly<Record<string, readonly Entry[]>>
  /** The address of each portal, by its file. */
  readonly domains: Readonly<Record<string, string>>
  /** By its file. */
  readonly portals: Readonly<Record<string, StoredObject>>
  /** The directory and the pacers. */
  readonly shared: Readonly<Record<string, StoredObject>>
  readonly kv: Readonly<Record<string, Stored>>
  /** What the API of that version said of each portal, by its file; see `StoredRelay.told`. */
  readonly told: Readonly<Record<string, StoredRecord>>
  /** The message of the digest that was under way, as it was sent the first time. */
  readonly digest: { readonly blocks: readonly Stored[] }
}

const FILES = import.meta.glob<unknown>('../../fixtures/former-version/*.json', {
  import: 'default',
  eager: true,
})

/** Files that hold no portal. */
const OTHER_FILES: ReadonlySet<string> = new Set(['settings', 'shared', 'answers'])

/** An object as a file holds it: many have the same tables, which stand in one place by their name. */
type ObjectInFile = Omit<StoredObject, 'schema'> & { readonly schema: string }

interface SharedFile {
  readonly schemas: Readonly<Record<string, readonly string[]>>
  readonly objects: Readonly<Record<string, ObjectInFile>>
  readonly kv: FormerVersion['kv']
}

/** Reads all files; a copy for each caller. */
export function readFormerVersion(): FormerVersion {
  // Sound: the files have these shapes; a test that finds them otherwise fails.
  const settings = fileOf('settings') as Pick<FormerVersion, 'takenAt' | 'destinations' | 'domains'>
  const answers = fileOf('answers') as Pick<FormerVersion, 'told' | 'digest'>
  const { schemas, objects, kv } = fileOf('shared') as SharedFile
  const portals = Object.keys(FILES)
    .map((path) => path.replace(/^.*\/|\.json$/gu, ''))
    .filter((name) => !OTHER_FILES.has(name))
    .map((name): [string, ObjectInFile] => [name, fileOf(name) as ObjectInFile])
  const withSchemas = (entries: readonly (readonly [string, ObjectInFile])[]) =>
    Object.fromEntries(
      entries.map(([name, object]) => [name, { ...object, schema: schemas[object.schema] ?? [] }]),
    )
  return {
    ...settings,
    ...answers,
    portals: withSchemas(portals),
    shared: withSchemas(Object.entries(objects)),
    kv,
  }
}

function fileOf(name: string): unknown {
  const file = FILES[`../../fixtures/former-version/${name}.json`]
  if (file === undefined) throw new Error(`Cannot find the file ${name}.json`)
  return structuredClone(file)
}
