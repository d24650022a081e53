/**
 * Keeps docs/cli.md equal with what `--help` says: `npm run generate` writes the help of a command into each block of
 * the page whose fence names it, for example "text help: keys rotate". A test fails when they differ.
 */
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { createProgram } from './program.ts'
import { createWorld } from './world.ts'

/** The path of the page. */
export const HELP_PAGE = fileURLToPath(new URL('../docs/cli.md', import.meta.url).href)

const BLOCK = /^(```text help:([^\n]*)\n).*?^```$/gms

/** The page with the help of today. Throws when it names a command that does not exist. */
export function fillHelpPage(page: string): string {
  return page.replaceAll(BLOCK, (_block, fence: string, path: string) => {
    return `${fence}${helpOf(path.trim().split(' ').filter(Boolean))}\`\`\``
  })
}

/** The page as it has to be: its prose as it is, with the help of today. */
export function formatHelpPage(): string {
  return fillHelpPage(readFileSync(HELP_PAGE, 'utf8'))
}

/** The commands whose help stands on a page, each as its path. */
export function commandsOnPage(page: string): readonly string[] {
  return [...page.matchAll(BLOCK)].map(([, , path = '']) => path.trim())
}

function helpOf(path: readonly string[]): string {
  let text = ''
  const world = { ...createWorld(process), out: (part: string) => void (text += part) }
  let command: Command = createProgram(world, () => {})
  for (const name of path) {
    const found = command.commands.find((one) => one.name() === name)
    if (found === undefined)
      throw new Error(`Cannot show the help of ${name} as there is no such command`)
    command = found
  }
  command.outputHelp()
  return text
}
