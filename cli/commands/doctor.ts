/** `doctor`: looks at everything that can be wrong with the settings of this machine and with a relay that runs. */
import type { Command } from 'commander'
import { AdminClient } from '../api/admin-client.ts'
import { readConnection } from '../api/connection.ts'
import { checkRelay } from '../doctor/check-relay.ts'
import { checkSettings } from '../doctor/check-settings.ts'
import { checkToolchain } from '../doctor/check-toolchain.ts'
import { findingsOf, type Finding } from '../doctor/finding.ts'
import { EXIT } from '../exit-codes.ts'
import { Fault } from '../fault.ts'
import { addRelayCommand, printerFor, type RelayOptions, type Tools } from '../relay-command.ts'
import type { Printer, Tone } from '../terminal/printer.ts'

interface Options extends RelayOptions {
  readonly portal?: string
  readonly secretsFile?: string
  readonly send?: true
  readonly offline?: true
}

/** Adds the command. */
export function addDoctor(program: Command, tools: Tools): void {
  addRelayCommand(program, {
    usage: 'doctor',
    summary:
      'check the tools, wrangler.toml and the secrets of this machine, and a relay that runs: health, admin access, KV, portals, destinations. Exit code 1 when a check finds a problem',
    examples: [
      'doctor --offline',
      'doctor --portal acme.bitrix24.com',
      'doctor --secrets-file secrets.env --send',
    ],
  })
    .option('--portal <portal>', 'look at the installation and the bindings of this portal')
    .option('--secrets-file <file>', 'the secrets file (else secrets.env, else .dev.vars)')
    .option('--send', 'send a test message to each destination')
    .option('--offline', 'ask no relay')
    .action(async (options: Options) => {
      const findings = [
        ...checkToolchain(tools.world),
        ...checkReadable(() => checkSettings(options, tools.world)),
        ...(await checkRunning(options, tools)),
      ]
      showFindings(findings, printerFor(tools, options))
      const hasProblem = findings.some(({ result }) => result === 'problem')
      tools.ends(hasProblem ? EXIT.trouble : EXIT.done)
    })
}

/** The checks of files; one that cannot be read is a problem, and the other checks go on. */
function checkReadable(check: () => readonly Finding[]): readonly Finding[] {
  try {
    return check()
  } catch (error) {
    if (error instanceof Fault) return [findingsOf('settings').problem(error.message, error.remedy)]
    throw error
  }
}

/** The checks against a relay; without its address or its token they are skipped. */
async function checkRunning(options: Options, { world }: Tools): Promise<readonly Finding[]> {
  const { skipped } = findingsOf('relay')
  if (options.offline === true) return [skipped('No relay is asked (--offline)')]
  try {
    const client = new AdminClient(readConnection(options, world), world)
    const { portal = null, send = false } = options
    return await checkRelay(client, { portal, sends: send })
  } catch (error) {
    if (error instanceof Fault && error.exitCode === EXIT.usage) {
      return [skipped(error.message, error.remedy)]
    }
    throw error
  }
}

const TONES: Readonly<Record<Finding['result'], Tone>> = {
  ok: 'good',
  warning: 'warning',
  problem: 'bad',
  skipped: 'quiet',
}

function showFindings(findings: readonly Finding[], printer: Printer): void {
  if (printer.isJson) return printer.json({ findings })
  for (const { check, result, finding, remedy } of findings) {
    const mark = { text: result.padEnd(8), tone: TONES[result] }
    printer.line(mark, `${check}: ${finding}`)
    if (remedy !== null) printer.line(`        ${remedy}`)
  }
}
