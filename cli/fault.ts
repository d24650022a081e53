/** A failure that the operator is told in one sentence, with the exit code that stands for it. */
import type { ExitCode } from './exit-codes.ts'

/** An expected failure of a command. */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly exitCode: ExitCode
  /** What the operator can do; null when the message says it. */
  readonly remedy: string | null

  constructor(exitCode: ExitCode, message: string, remedy: string | null = null) {
    super(message)
    this.exitCode = exitCode
    this.remedy = remedy
  }
}
