/** A failure that the operator is told in one sentence, with the exit code that stands for it. */
import { EXIT, type ExitCode } from './exit-codes.ts'

/** An expected failure of a command. */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly exitCode: ExitCode
  /** The remedy; null when the message says it. */
  readonly remedy: string | null

  constructor(exitCode: ExitCode, message: string, remedy: string | null = null) {
    super(message)
    this.exitCode = exitCode
    this.remedy = remedy
  }

  /** A stable word for programs: the name of the exit code, for example `unreachable`. */
  get code(): string {
    return Object.entries(EXIT).find(([, code]) => code === this.exitCode)?.[0] ?? 'unknown'
  }
}

/** A failure that the relay has told as an error of the admin API. */
export class RelayFault extends Fault {
  readonly #code: string

  constructor(exitCode: ExitCode, { code, message }: RelayError, remedy: string | null = null) {
    super(exitCode, `${message} (${code})`, remedy)
    this.#code = code
  }

  /** The error code of the admin API, for example `not_found`. */
  override get code(): string {
    return this.#code
  }
}

/** An error in the one form of the admin API. */
export interface RelayError {
  readonly code: string
  readonly message: string
}
