/** The sample request of Bitrix24's documentation page of onCrmRequisiteUserFieldUpdate. */
import { bitrix24Body } from './bitrix24-bodies.ts'

/** Returns the PHP array on the page as JSON. */
export function documentationSample(): string {
  const page = bitrix24Body('documentation-page')
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
