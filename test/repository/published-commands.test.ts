/**
 * The commands that README and the pages tell a reader to type: each script exists, and each address is one of
 * the relay's. And the links between the pages: each leads to a page and to a heading that are there.
 */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import packageJson from '../../package.json'
import { createApp } from '../../src/app.ts'

const PAGES = import.meta.glob<string>(['../../*.md', '../../docs/*.md'], {
  query: '?raw',
  import: 'default',
  eager: true,
})

/** Paths of Bitrix24's own servers. */
const BITRIX24_PATHS: readonly string[] = ['/oauth/', '/rest/']

const SCRIPTS: readonly string[] = Object.keys(packageJson.scripts)
const ROUTES = createApp().routes.filter(({ path }) => !path.includes('*'))

interface Command {
  readonly page: string
  readonly command: string
}

/** The lines of a page's shell blocks, with those that a `\` continues, and the commands inside of its text. */
function commandsOf([page, text]: readonly [string, string]): readonly Command[] {
  const shell = [...text.matchAll(/^ *```sh\n(.*?)^ *```$/gmsu)].map(([, block = '']) => block)
  const lines = shell.flatMap((block) => block.replaceAll(/ *\\\n\s*/gu, ' ').split('\n'))
  const inline = [...text.matchAll(/`([^`\n]+)`/gu)].map(([, code = '']) => code)
  const commands = [...lines, ...inline].map((line) => line.trim().replace(/\s+#\s.*$/u, ''))
  return commands
    .filter((command) => /^(?:npm|npx|node|git|curl|openssl) /u.test(command))
    .map((command) => ({ page: page.replace('../../', ''), command }))
}

const commands = Object.entries(PAGES).flatMap(commandsOf)

/** What `npm run` starts in a command, which may consist of several. */
function scriptsIn(command: string): readonly string[] {
  return [...command.matchAll(/npm run (?:-s |--silent )?([\w:-]+)/gu)].map(([, name = '']) => name)
}

/** Method and path of a `curl`, without the variables of its page; null for an address that is not the relay's. */
function requestIn({ page, command }: Command): { method: string; path: string } | null {
  const method = /-X (\w+)/u.exec(command)?.[1] ?? 'GET'
  const address = /["' ]((?:https:\/\/|\$[A-Z]+\/)[^"' ]+)/u.exec(command)?.[1] ?? ''
  const text = PAGES[`../../${page}`] ?? ''
  const full = address.replaceAll(/\$([A-Z]+)/gu, (whole, name: string) => {
    return new RegExp(`^export ${name}=(\\S+)`, 'mu').exec(text)?.[1] ?? whole
  })
  const own = /^https:\/\/(?:<worker>|relay\.example\.com)(\/[^?]*)/u.exec(full)
  return own === null ? null : { method, path: own[1] ?? '' }
}

function isRoute({ method, path }: { method: string; path: string }): boolean {
  return ROUTES.some((route) => {
    const pattern = new RegExp(`^${route.path.replaceAll(/:\w+/gu, '[^/]+')}$`, 'u')
    return route.method === method && pattern.test(path)
  })
}

describe('the commands of README and docs', () => {
  it('are found in shell blocks, over several lines, and in the text', () => {
    const text =
      '```sh\nnpm ci && npm start # x\ncurl -X POST \\\n  "https://a/b"\n```\n`npm run keys`'
    expect(commandsOf(['../../a.md', text]).map(({ command }) => command)).toEqual([
      'npm ci && npm start',
      'curl -X POST "https://a/b"',
      'npm run keys',
    ])
    expect(new Set(commands.map(({ page }) => page))).toContain('README.md')
  })

  it('name scripts of package.json', () => {
    const unknown = commands.filter(({ command }) =>
      scriptsIn(command).some((name) => !SCRIPTS.includes(name)),
    )
    expect(unknown).toEqual([])
  })

  it('call addresses that the relay has, with their method', () => {
    const calls = commands.filter(({ command }) => command.startsWith('curl '))
    const unknown = calls.filter((call) => {
      const request = requestIn(call)
      return request === null || !isRoute(request)
    })
    expect(unknown).toEqual([])
    expect(calls.length).toBeGreaterThan(10)
  })

  it('are refused where the address is none of the relay', () => {
    const request = requestIn({ page: 'a.md', command: 'curl -X POST "https://<worker>/healthz"' })
    expect([request, request && isRoute(request)]).toEqual([
      { method: 'POST', path: '/healthz' },
      false,
    ])
  })
})

describe('the requests that a sentence names', () => {
  const named = Object.entries(PAGES).flatMap(([page, text]) =>
    [...text.matchAll(/`(GET|POST|PUT|DELETE) (\/[^`?\s]*)/gu)].map(
      ([, method = '', path = '']) => ({
        page: page.replace('../../', ''),
        method,
        path,
      }),
    ),
  )

  it.each(named)('$page: $method $path is a route', ({ method, path }) => {
    // The pages leave out the beginning that all paths of the admin API have.
    const paths = [path, `/admin/api${path}`].map((each) => each.replaceAll(/\{\w+\}|<\w+>/gu, 'x'))
    const isKnown = paths.some((each) => isRoute({ method, path: each }))
    expect(isKnown || BITRIX24_PATHS.some((known) => path.startsWith(known))).toBe(true)
  })
})

describe('the links between the pages', () => {
  const all = import.meta.glob<string>(['../../*.md', '../../docs/**/*.md'], {
    query: '?raw',
    import: 'default',
    eager: true,
  })
  const places = Object.entries(all).flatMap(([page, text]) => [page, ...anchorsOf(page, text)])

  it.each(Object.entries(PAGES))('%s: each file and picture is there', (page, text) => {
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/gu)].map(([, link = '']) => link)
    const files = links.filter((link) => !/^(?:#|https?:)/u.test(link))
    const folder = dirname(join(import.meta.dirname, page))
    const isThere = (link: string) => existsSync(join(folder, link.replace(/#.*$/u, '')))
    expect(files.filter((link) => !isThere(link))).toEqual([])
  })

  it.each(Object.entries(PAGES))('%s: each heading is there', (page, text) => {
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/gu)].map(([, link = '']) => link)
    const own = links.filter((link) => /^(?:#|[\w./-]+\.md)/u.test(link))
    const targets = own.map((link) =>
      link.startsWith('#') ? `${page}${link}` : resolve(page, link),
    )
    expect(targets.filter((target) => !places.includes(target))).toEqual([])
  })
})

/** The headings of a page as GitHub names them in links. */
function anchorsOf(page: string, text: string): readonly string[] {
  return [...text.matchAll(/^#{1,6} (.+)$/gmu)].map(([, heading = '']) => {
    const words = heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    return `${page}#${words.replaceAll(' ', '-')}`
  })
}

function resolve(page: string, link: string): string {
  const { pathname, hash } = new URL(link, new URL(page.replace('../../', ''), 'file:///'))
  return `../..${pathname}${hash}`
}
