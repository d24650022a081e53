/**
 * docs/glossary.md holds every noun of the program, each once. The names of exported classes, interfaces, types and
 * functions are taken apart: `LaneBookDeps` is *lane book* and *deps*, `planRetry` is the verb *plan* and *retry*. The
 * longest entry counts, so *lane book* is looked for before *lane*.
 *
 * Five kinds of words need no entry: verbs, that is the first words of functions (`settleLane`, and so `SettleTerms`);
 * words that mean here what they mean in every program (`GENERIC`); a word in -ed or -ing that tells the state of a
 * noun (`StoredEvent`, `isApplicationEnded`); the name Bitrix24; and everything in the names of a receiver's JSON in
 * the receiver's own folder (`SlackSection`), since those are the receiver's words.
 *
 * Every folder with exports is read except `test`: names there are pieces of a sentence (`anAbsentEvent`,
 * `noneIsKeptWaiting`), in which a script finds no nouns.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isNode, listFiles, parseFile, readText, type Rule, type SyntaxNode } from './source.ts'

const PAGE = 'docs/glossary.md'

const FOLDERS = ['src', 'cli', 'playground', 'bench', 'scripts']

/** The name of the receiver in whose folder, or in whose part of the playground, a file stands. */
const RECEIVER = /^(?:src\/destinations|playground\/receivers)\/([a-z]+)[/.-]/

const GENERIC = new Set(
  `actor admin after all also and any api app argument as at auth base64 before body build by byte chromium code
  common config constant content context cost cpu creator cron data database day delay detail due duration
  each enum env error exit export extra fact failure fetch file final folder for foreign form found fresh
  from full function further gap global gone hash header health help hex host html http id in index info
  input inside ip ipv4 ipv6 item job json key keyboard kind known last late latest length list listener
  load local logic long lost machine main many map markup meant media memory method mode most ms name
  namespace new next no node not null number o oauth object of old on one open or other out output over
  own page param part path pause payload php program property query question random rate recent response
  rest result resume route row rule same schema script second secret selection self sent series server set
  setup shape size source sql start style success switch syntax table tag taken target terminal test text
  time timeout timestamp to toml tone tool toolchain transient ts twice type under until up url usage use
  utc utf8 value version via virtual wait with within without word worker workerd written`.split(
    /\s+/,
  ),
)

/** Words that make a noun of a verb before them: `SettleTerms` are the terms of settling. */
const SHAPES = /(?:Context|Deps|Failure|Options|Question|Reason|Terms)$/

interface Entry {
  /** As it stands on the page. */
  readonly noun: string
  /** In lower case and in the singular, so that names can be compared with it. */
  readonly words: string
  readonly sentence: string
}

/** Every exported noun has its entry, and no two entries mean one thing. */
export const glossary: Rule = {
  name: 'glossary',
  check(root) {
    const page = readText(root, PAGE)
    const entries = readEntries(page)
    const names = listNames(root)
    const known = new Set(entries.map(({ words }) => words))
    const verbs = new Set(
      names.flatMap(({ isFunction, words }) => (isFunction ? words.slice(0, 1) : [])),
    )
    return {
      problems: [
        ...findShapeless(page),
        ...findUnknown(names, { known, verbs }),
        ...findTwins(entries),
        ...findUnused(root, entries),
      ],
      summary: `${names.length} exported names, ${entries.length} entries`,
    }
  },
}

function readEntries(page: string): readonly Entry[] {
  const lines = [...page.matchAll(/^- \*\*(.+?)\*\*: (.+)$/gm)]
  return lines.flatMap(([, nouns = '', sentence = '']) =>
    nouns.split(', ').map((noun) => ({ noun, words: plainText(noun), sentence })),
  )
}

function findShapeless(page: string): readonly string[] {
  const items = page.split('\n').filter((line) => line.startsWith('- '))
  return items
    .filter((line) => !/^- \*\*.+?\*\*: .+\.$/.test(line))
    .map((line) => `${PAGE}: "${line.slice(0, 40)}" is not of the form "- **noun**: sentence."`)
}

interface ExportedName {
  readonly name: string
  readonly file: string
  readonly isFunction: boolean
  /** In lower case and in the singular. */
  readonly words: readonly string[]
}

function listNames(root: string): readonly ExportedName[] {
  return FOLDERS.flatMap((folder) => listFiles(root, folder)).flatMap((file) => {
    const receiver = RECEIVER.exec(file)?.[1] ?? null
    return parseFile(root, file).flatMap(({ type, declaration }) => {
      if (type !== 'ExportNamedDeclaration' || !isNode(declaration)) return []
      const name = nameOf(declaration)
      const isFunction = declaration.type === 'FunctionDeclaration'
      const isJson = receiver !== null && !isFunction && name.toLowerCase().startsWith(receiver)
      if (name === '' || isJson) return []
      const own = name.replace(new RegExp(`bitrix24|${receiver ?? 'bitrix24'}`, 'i'), '')
      return [{ name, file, isFunction, words: splitName(own) }]
    })
  })
}

/** The name that a declaration of a class, interface, type or function declares; empty for others. */
function nameOf({ type, id }: SyntaxNode): string {
  const kinds = /^(?:Class|Function|TSInterface|TSTypeAlias)/
  return kinds.test(type) && isNode(id) ? String(id['name']) : ''
}

function splitName(name: string): readonly string[] {
  const parts = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
  return parts.toLowerCase().split(' ').filter(Boolean).map(singular)
}

interface Vocabulary {
  readonly known: ReadonlySet<string>
  readonly verbs: ReadonlySet<string>
}

/** One sentence for each word that needs an entry and has none. */
function findUnknown(names: readonly ExportedName[], vocabulary: Vocabulary): readonly string[] {
  const users = new Map<string, string[]>()
  for (const one of names) {
    for (const word of unknownOf(one, vocabulary)) {
      users.set(word, [...(users.get(word) ?? []), `${one.name} (${one.file})`])
    }
  }
  return [...users].map(
    ([word, [first, ...others]]) =>
      `"${word}" has no entry: ${first}${others.length > 0 ? ` and ${others.length} more` : ''}`,
  )
}

/** The words of a name that need an entry and have none. */
function unknownOf(
  { name, words, isFunction }: ExportedName,
  { known, verbs }: Vocabulary,
): readonly string[] {
  const unknown: string[] = []
  let at = 0
  while (at < words.length) {
    const [word = ''] = words.slice(at)
    const isBeforeNoun = at + 1 < words.length
    const isFirst = at === 0 || (at === 1 && /^(?:can|may)$/.test(words[0] ?? ''))
    const isVerb = isFirst && (isFunction || (SHAPES.test(name) && verbs.has(word)))
    const isState = (isBeforeNoun || isFunction) && /(?:ed|ing)$/.test(word)
    const covered = longestEntry(words.slice(at), known)
    if (covered === 0 && !GENERIC.has(word) && !isVerb && !isState) unknown.push(word)
    at += Math.max(1, covered)
  }
  return unknown
}

/** How many of the words, from the first on, are one entry. */
function longestEntry(words: readonly string[], known: ReadonlySet<string>): number {
  let length = words.length
  while (length > 0 && !known.has(words.slice(0, length).join(' '))) length -= 1
  return length
}

/** Entries that mean the same, as far as their texts tell it. */
function findTwins(entries: readonly Entry[]): readonly string[] {
  return entries.flatMap((one, index) =>
    entries.slice(index + 1).flatMap((other) => {
      if (one.words === other.words) return [`"${one.noun}" and "${other.noun}" are one noun`]
      const isShared = one.sentence === other.sentence
      if (!isShared && restOf(one) === restOf(other)) {
        return [`"${one.noun}" and "${other.noun}" are told by the same sentence`]
      }
      return [
        ...(synonymsOf(one).includes(other.words)
          ? [`"${other.noun}" is another word for "${one.noun}"`]
          : []),
        ...(synonymsOf(other).includes(one.words)
          ? [`"${one.noun}" is another word for "${other.noun}"`]
          : []),
      ]
    }),
  )
}

/** Entries for things that nothing speaks of any more, for example after a renaming. */
function findUnused(root: string, entries: readonly Entry[]): readonly string[] {
  const files = [
    ...FOLDERS.flatMap((folder) => listFiles(root, folder)),
    ...listFiles(root, 'docs', '.md').filter((file) => file !== PAGE),
    ...['README.md', 'ARCHITECTURE.md'].filter((file) => existsSync(join(root, file))),
  ]
  const spoken = ` ${files.map((file) => plainText(readText(root, file))).join(' ')} `
  return entries
    .filter(({ words }) => !spoken.includes(` ${words} `))
    .map(({ noun }) => `"${noun}" is spoken of nowhere else`)
}

/** All words of a text, names taken apart, in lower case and in the singular. */
function plainText(text: string): string {
  return text
    .replaceAll("'s", '')
    .split(/[^A-Za-z\d]+/)
    .flatMap(splitName)
    .join(' ')
}

/** A sentence without the noun that it is about. */
function restOf({ noun, sentence }: Entry): string {
  return sentence
    .toLowerCase()
    .replaceAll(noun.toLowerCase(), '…')
    .replaceAll(/\b(?:an?|the) /g, '')
}

/** The words that a sentence gives for its own noun: "The X, or Y, is …", "… also called Y". */
function synonymsOf({ sentence }: Entry): readonly string[] {
  const found = [
    ...sentence.matchAll(
      /^[^,.]+, or ([^,]+), (?:is|are)\b|\b(?:also called|the same as) ([^,.;]+)/g,
    ),
  ]
  return found.map(([, one, other]) =>
    plainText((one ?? other ?? '').replace(/^(?:an?|the) /i, '')),
  )
}

function singular(word: string): string {
  if (/(?:ss|us|is|^series)$/.test(word)) return word
  if (/[^aeiou]ies$/.test(word)) return `${word.slice(0, -3)}y`
  if (/(?:ch|sh|ss|x)es$/.test(word)) return word.slice(0, -2)
  return word.length > 2 ? word.replace(/s$/, '') : word
}
