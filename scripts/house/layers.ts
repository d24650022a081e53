/**
 * Every import of the project is one that `layer-table.ts` and `room-table.ts` allow: of another folder, of another room of
 * the same folder, or of a package. Imports of types count as well, and so do imports inside of functions.
 *
 * The rule reads the imports itself, because a folder is known only by the whole path of the imported file: lint compares
 * the text of an import, in which `../log/` may be `src/portal/log` or `src/portal/tasks/log`.
 */
import { dirname, join } from 'node:path/posix'
import { LAYERS, type Layer } from './layer-table.ts'
import { ROOMS, type RoomPlan } from './room-table.ts'
import { isNode, listFiles, nodesOf, parseFile, type Rule, type SyntaxNode } from './source.ts'

const FOLDERS = ['src', 'cli', 'playground', 'bench', 'scripts', 'test']

/** A test may import a page or a file of settings as text, wherever it stands. */
const CODE = /\.(?:tsx?|m?js)$/

const LAYER_TABLE = 'scripts/house/layer-table.ts'

const ROOM_TABLE = 'scripts/house/room-table.ts'

/** Every import is allowed by the table. */
export const layers: Rule = {
  name: 'layers',
  check(root) {
    const files = FOLDERS.flatMap((folder) => listFiles(root, folder)).filter(
      (file) => !file.startsWith('test/fixtures/'),
    )
    const imports = files.flatMap((file) => importsOf(root, file))
    return {
      problems: imports.flatMap(problemsOf),
      summary: `${imports.length} imports of ${files.length} files`,
    }
  },
}

/** One file or package that a file imports. */
interface Import {
  readonly file: string
  readonly imported: string
  /** Whether the file imports nothing of it but types. */
  readonly isType: boolean
}

/** What a file names behind `from`, or in `import()`. */
function importsOf(root: string, file: string): readonly Import[] {
  const isType = new Map<string, boolean>()
  for (const node of nodesOf(parseFile(root, file))) {
    if (!/^(?:Import|Export|TSImport)/.test(node.type)) continue
    const named = isNode(node['source']) ? node['source'] : node['argument']
    const source = isNode(named) ? named['value'] : null
    if (typeof source !== 'string') continue
    isType.set(source, (isType.get(source) ?? true) && isOfTypes(node))
  }
  return [...isType].map(([imported, only]) => ({ file, imported, isType: only }))
}

/** Whether an import is one of types, as a whole or name by name. */
function isOfTypes({ type, importKind, exportKind, specifiers }: SyntaxNode): boolean {
  if (type === 'TSImportType' || importKind === 'type' || exportKind === 'type') return true
  const names = Array.isArray(specifiers) ? specifiers : []
  return names.length > 0 && names.every((name) => kindOf(name) === 'type')
}

function kindOf(name: SyntaxNode): string {
  return String(name['importKind'] ?? name['exportKind'])
}

function problemsOf({ file, imported, isType }: Import): readonly string[] {
  const layer = layerOf(file)
  if (layer === null) return [`${file} stands in no folder of ${LAYER_TABLE}`]
  if (!imported.startsWith('.')) {
    const { place, packages } = layer
    const isAllowed = packages?.some((one) => isOfPackage(imported, one)) ?? true
    return isAllowed ? [] : [`${file} imports ${imported}, and ${place} may not`]
  }
  const target = join(dirname(file), imported)
  if (!CODE.test(target)) return []
  const isAllowed = [layer.place, ...layer.imports].some((place) => isIn(target, place))
  if (!isAllowed) return [`${file} imports ${target}, and ${layer.place} may not`]
  return ROOMS.flatMap((plan) => problemsOfRoom(plan, { file, target, isType }))
}

/** The problems of an import from one room of a folder to another one, or to a file beside the rooms. */
function problemsOfRoom(
  plan: RoomPlan,
  {
    file,
    target,
    isType,
  }: { readonly file: string; readonly target: string; readonly isType: boolean },
): readonly string[] {
  const own = roomOf(plan, file)
  const other = roomOf(plan, target)
  const { folder, shared, rooms, isApart = false } = plan
  if (own === null || other === null || own === other) return []
  if (isFile(own)) {
    if (isApart) return [`${file} imports ${target}, and nothing in ${folder} imports another`]
    const entered = rooms.find((one) => one.room === other)
    return entered !== undefined && [...entered.imports, ...entered.types].includes(own)
      ? [`${file} imports ${target}, and the room ${folder}/${other} imports ${own}`]
      : []
  }
  const room = rooms.find((one) => one.room === own)
  if (room === undefined) return [`${folder}/${own} is no room of ${ROOM_TABLE}`]
  if (room.imports.includes(other) || shared.includes(other)) return []
  if (!room.types.includes(other))
    return [`${file} imports ${target}, and the room ${folder}/${own} may not`]
  return isType
    ? []
    : [`${file} imports ${target}, and the room ${folder}/${own} may import only its types`]
}

/** The room of a folder in which a file stands, or its name where it stands beside the rooms; null outside of the folder. */
function roomOf({ folder }: RoomPlan, file: string): string | null {
  if (!isIn(file, folder) || file === folder) return null
  const [room = null] = file.slice(folder.length + 1).split('/')
  return room
}

function isFile(room: string): boolean {
  return room.includes('.')
}

/** The innermost layer of a file. */
function layerOf(file: string): Layer | null {
  const around = LAYERS.filter(({ place }) => isIn(file, place))
  return around.toSorted((one, other) => other.place.length - one.place.length)[0] ?? null
}

function isIn(file: string, place: string): boolean {
  return file === place || file.startsWith(`${place}/`)
}

function isOfPackage(imported: string, name: string): boolean {
  return (
    imported === name ||
    imported.startsWith(`${name}/`) ||
    (name.endsWith(':') && imported.startsWith(name))
  )
}
