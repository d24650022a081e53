/** The sample request of Bitrix24's documentation page of onCrmRequisiteUserFieldUpdate. */
import { bitrix24Body } from './bitrix24-bodies.ts'

/** Reads the PHP array that the page shows; as JSON it is what the page's words describe. */
export function documentationSample(): string {
  const page = bitrix24Body('seed-page')
  const end = '\n        ]'
  const source = page.slice(page.indexOf('[\n'), page.indexOf(end) + end.length)
  const json = source
    .replaceAll("'", '"')
    .replaceAll('=>', ':')
    .replaceAll('[', '{')
    .replaceAll(']', '}')
    .replace(/,(\s*\})/g, '$1')
  return JSON.stringify(JSON.parse(json))
}
