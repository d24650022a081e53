/** The files of this repository that are made of the code: `npm run generate` writes them, and a test compares them. */
import { formatHelpPage, HELP_PAGE } from '../cli/help-page.ts'
import { formatScriptFile, SCRIPT_FILE } from './browser-program.ts'
import { EVENTS_PAGE, formatEventsPage } from './events-page.ts'
import { formatLayersPage, LAYERS_PAGE } from './layers-page.ts'
import { formatOpenApiFile, OPENAPI_FILE } from './openapi-document.ts'
import { formatReceiversPage, RECEIVERS_PAGE } from './receivers-page.ts'

/** One generated file. */
export interface GeneratedFile {
  /** The path on this machine. */
  readonly path: string
  /** Makes the whole text. */
  readonly format: () => string | Promise<string>
}

/** Every generated file. */
export const GENERATED_FILES: readonly GeneratedFile[] = [
  { path: RECEIVERS_PAGE, format: formatReceiversPage },
  { path: EVENTS_PAGE, format: formatEventsPage },
  { path: OPENAPI_FILE, format: formatOpenApiFile },
  { path: SCRIPT_FILE, format: formatScriptFile },
  { path: HELP_PAGE, format: formatHelpPage },
  { path: LAYERS_PAGE, format: formatLayersPage },
]
