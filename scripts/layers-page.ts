/** Writes the tables of ARCHITECTURE.md that say which folder may import which, from the tables of scripts/house. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { LAYERS, type Layer } from './house/layer-table.ts'
import { ROOMS, type Room, type RoomPlan } from './house/room-table.ts'

/** The path of the page. */
export const LAYERS_PAGE = fileURLToPath(new URL('../ARCHITECTURE.md', import.meta.url).href)

/** The page as it has to be: its prose as it is, with the tables of today. */
export function formatLayersPage(): string {
  return fillLayersPage(readFileSync(LAYERS_PAGE, 'utf8').replaceAll('\r\n', '\n'))
}

/** A page with the tables between its marks. Throws when a mark is missing. */
export function fillLayersPage(page: string): string {
  return fill(fill(page, 'layers', formatLayers()), 'rooms', formatRooms())
}

function fill(page: string, name: string, table: string): string {
  const [begin, end] = [`<!-- ${name}: npm run generate -->\n`, `<!-- end of ${name} -->\n`]
  const [before, rest] = page.split(begin)
  const [, after] = rest?.split(end) ?? []
  if (before === undefined || after === undefined) {
    throw new Error(`Cannot write the table of ${name} as its marks are missing`)
  }
  return `${before}${begin}\n${table}\n${end}${after}`
}

function formatLayers(): string {
  const rows = LAYERS.map(
    (layer) => `| \`${layer.place}\` | ${formatImports(layer)} | ${layer.owns} |\n`,
  )
  return `| folder | may import | what stands here and nowhere else |\n| --- | --- | --- |\n${rows.join('')}`
}

function formatImports({ imports, packages }: Layer): string {
  const own = imports.map((place) => code(place.replace(/^src\//, ''))).join(', ')
  const others = packages?.join(', ') ?? 'any package'
  return [own, others].filter((part) => part !== '').join('; ') || 'nothing'
}

function formatRooms(): string {
  const rows = ROOMS.flatMap((plan) => plan.rooms.map((room) => formatRoom(plan, room)))
  return `| room | may import, of the rooms beside it | what it holds |\n| --- | --- | --- |\n${rows.join('')}`
}

function formatRoom({ folder }: RoomPlan, { room, imports, types, holds }: Room): string {
  const allowed = [...imports.map(code), ...types.map((file) => `types of ${code(file)}`)]
  return `| \`${folder}/${room}\` | ${allowed.join(', ') || 'none'} | ${holds} |\n`
}

function code(name: string): string {
  return `\`${name}\``
}
