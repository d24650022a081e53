/** Finds the Chromium of this machine, and starts it. */
import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const PLACES = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:/Program Files/Google/Chrome/Application/chrome.exe',
]

/** The program of the browser; null where there is none. */
export const CHROMIUM: string | null =
  PLACES.find((place) => place !== '' && existsSync(place)) ?? null

/** Starts the browser. */
export async function startChromium(): Promise<Browser> {
  if (CHROMIUM === null) throw new Error('Cannot start Chromium as none was found')
  // Chromium refuses its sandbox to root, for example in a container.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return chromium.launch({ executablePath: CHROMIUM, args })
}
