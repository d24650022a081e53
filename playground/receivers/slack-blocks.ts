/**
 * Block Kit's rules as Slack enforces them (python-slack-sdk's models and the block reference): types,
 * allowed properties, and limits counted in characters of the escaped text.
 */

/** The reason why Slack would refuse blocks: its error string, and a sentence for the reader of a test. */
export interface BlockProblem {
  readonly error: 'invalid_blocks' | 'msg_blocks_too_long'
  readonly detail: string
}

const MAX_BLOCKS = 50
/** Undocumented total over all blocks (bolt-js#2509). */
const MAX_TOTAL_CHARACTERS = 13_200

type Shape = Readonly<Record<string, unknown>>
type Check = (block: Shape) => string | null

const BLOCK_CHECKS: Readonly<Record<string, { keys: readonly string[]; check: Check }>> = {
  header: { keys: ['text'], check: ({ text }) => checkText(text, { types: PLAIN, max: 150 }) },
  section: { keys: ['text', 'fields', 'accessory', 'expand'], check: checkSection },
  divider: { keys: [], check: () => null },
  context: { keys: ['elements'], check: checkContext },
  actions: { keys: ['elements'], check: checkActions },
  image: { keys: ['image_url', 'alt_text', 'title', 'slack_file'], check: checkImage },
  markdown: {
    keys: ['text'],
    check: ({ text }) => checkString(text, { name: 'markdown text', max: 12_000 }),
  },
  rich_text: { keys: ['elements'], check: checkRichText },
}

const PLAIN = ['plain_text']
const ANY_TEXT = ['plain_text', 'mrkdwn']
const RICH_TEXT_PARTS = [
  'rich_text_section',
  'rich_text_list',
  'rich_text_quote',
  'rich_text_preformatted',
]

/** Finds the first thing that Slack would refuse; null when it would take the blocks. */
export function findBlockProblem(blocks: readonly unknown[]): BlockProblem | null {
  if (blocks.length > MAX_BLOCKS) return invalid(`no more than ${MAX_BLOCKS} items allowed`)
  const ids = new Set<unknown>()
  for (const [index, block] of blocks.entries()) {
    const detail = isShape(block) ? checkBlock(block, ids) : 'must be an object'
    if (detail !== null) return invalid(`${detail} [/blocks/${index}]`)
  }
  const total = countText(blocks)
  if (total <= MAX_TOTAL_CHARACTERS) return null
  return { error: 'msg_blocks_too_long', detail: `${total} characters over all blocks` }
}

function invalid(detail: string): BlockProblem {
  return { error: 'invalid_blocks', detail }
}

function checkBlock(block: Shape, ids: Set<unknown>): string | null {
  const rule = BLOCK_CHECKS[String(block['type'])]
  if (rule === undefined) return `unsupported type: ${String(block['type'])}`
  const { block_id: id } = block
  if (id !== undefined) {
    if (ids.has(id)) return 'block_id already in use'
    ids.add(id)
  }
  return (
    checkKeys(block, ['type', 'block_id', ...rule.keys]) ??
    (id === undefined ? null : checkString(id, { name: 'block_id', max: 255 })) ??
    rule.check(block)
  )
}

function checkSection({ text, fields, accessory }: Shape): string | null {
  if (text === undefined && fields === undefined) return 'missing required field: text'
  return (
    (text === undefined ? null : checkText(text, { types: ANY_TEXT, max: 3000 })) ??
    (fields === undefined
      ? null
      : checkList(fields, { name: 'fields', max: 10, check: checkField })) ??
    (accessory === undefined ? null : checkElement(accessory))
  )
}

function checkField(field: unknown): string | null {
  return checkText(field, { types: ANY_TEXT, max: 2000 })
}

function checkContext({ elements }: Shape): string | null {
  return checkList(elements, {
    name: 'elements',
    max: 10,
    check: (element) =>
      isShape(element) && element['type'] === 'image'
        ? checkImage(element)
        : checkText(element, { types: ANY_TEXT, max: 3000 }),
  })
}

function checkActions({ elements }: Shape): string | null {
  const ids = new Set<unknown>()
  return checkList(elements, {
    name: 'elements',
    max: 25,
    check(element) {
      const problem = checkElement(element)
      const id = isShape(element) ? element['action_id'] : undefined
      if (problem !== null || id === undefined) return problem
      if (ids.has(id)) return 'action_id already in use'
      ids.add(id)
      return null
    },
  })
}

/**
 * Checks an element. An incoming webhook can use buttons and images; every other element needs an
 * application.
 */
function checkElement(element: unknown): string | null {
  if (!isShape(element)) return 'must be an object'
  if (element['type'] === 'image') return checkImage(element)
  if (element['type'] !== 'button') return `unsupported type: ${String(element['type'])}`
  const { text, action_id: id, url, value } = element
  return (
    checkKeys(element, [
      'type',
      'text',
      'action_id',
      'url',
      'value',
      'style',
      'confirm',
      'accessibility_label',
    ]) ??
    checkText(text, { types: PLAIN, max: 75 }) ??
    (id === undefined ? null : checkString(id, { name: 'action_id', max: 255 })) ??
    (value === undefined ? null : checkString(value, { name: 'value', max: 2000 })) ??
    (url === undefined ? null : checkUrl(url, 'url'))
  )
}

function checkImage({ image_url: url, alt_text: alt, title }: Shape): string | null {
  return (
    checkUrl(url, 'image_url') ??
    checkString(alt, { name: 'alt_text', max: 2000 }) ??
    (title === undefined ? null : checkText(title, { types: PLAIN, max: 2000 }))
  )
}

function checkRichText({ elements }: Shape): string | null {
  return checkList(elements, { name: 'elements', max: Infinity, check: checkRichTextPart })
}

function checkRichTextPart(part: unknown): string | null {
  if (!isShape(part) || !RICH_TEXT_PARTS.includes(String(part['type']))) {
    return 'unsupported rich text element'
  }
  const { type, style, elements } = part
  if (type !== 'rich_text_list') {
    return checkList(elements, { name: 'elements', max: Infinity, check: checkRichTextLeaf })
  }
  if (style !== 'bullet' && style !== 'ordered') return 'missing required field: style'
  return checkList(elements, {
    name: 'elements',
    max: Infinity,
    check: (item) =>
      isShape(item) && item['type'] === 'rich_text_section'
        ? checkRichTextPart(item)
        : 'unsupported list item',
  })
}

function checkRichTextLeaf(leaf: unknown): string | null {
  if (!isShape(leaf) || typeof leaf['type'] !== 'string') return 'missing required field: type'
  if (leaf['type'] === 'link') return checkUrl(leaf['url'], 'url')
  if (leaf['type'] !== 'text') return null
  return (
    checkKeys(leaf, ['type', 'text', 'style']) ??
    checkString(leaf['text'], { name: 'text', max: Infinity })
  )
}

function checkText(
  value: unknown,
  { types, max }: { types: readonly string[]; max: number },
): string | null {
  if (!isShape(value)) return 'missing required field: text'
  const type = String(value['type'])
  if (!types.includes(type)) return `unsupported text type: ${type}`
  return (
    checkKeys(value, ['type', 'text', type === 'mrkdwn' ? 'verbatim' : 'emoji']) ??
    checkString(value['text'], { name: 'text', max })
  )
}

function checkString(value: unknown, { name, max }: { name: string; max: number }): string | null {
  if (typeof value !== 'string') return `missing required field: ${name}`
  if (value.length === 0) return `must be more than 0 characters: ${name}`
  const length = countCharacters(value)
  return length > max ? `must be less than ${max + 1} characters: ${name} has ${length}` : null
}

function checkUrl(value: unknown, name: string): string | null {
  const problem = checkString(value, { name, max: 3000 })
  if (problem !== null) return problem
  return /^https?:\/\/\S+$/.test(String(value)) ? null : `must be a valid URL: ${name}`
}

function checkList(
  value: unknown,
  { name, max, check }: { name: string; max: number; check: (item: unknown) => string | null },
): string | null {
  if (!Array.isArray(value)) return `missing required field: ${name}`
  if (value.length === 0) return `no fewer than 1 item required: ${name}`
  if (value.length > max) return `no more than ${max} items allowed: ${name}`
  for (const item of value) {
    const problem = check(item)
    if (problem !== null) return problem
  }
  return null
}

function checkKeys(value: Shape, allowed: readonly string[]): string | null {
  const unknown = Object.keys(value).find((key) => !allowed.includes(key))
  return unknown === undefined ? null : `invalid additional property: ${unknown}`
}

function isShape(value: unknown): value is Shape {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** All texts of all blocks together. */
function countText(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + countText(item), 0)
  if (!isShape(value)) return 0
  return Object.entries(value).reduce(
    (sum, [key, inner]) =>
      sum +
      (key === 'text' && typeof inner === 'string' ? countCharacters(inner) : countText(inner)),
    0,
  )
}

function countCharacters(text: string): number {
  return Array.from(text).length
}
