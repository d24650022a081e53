/** The exit codes of the command line (docs/cli.md). They are stable: scripts rest on them. */

/** The meaning of each exit code. */
export const EXIT = {
  /** Done, and nothing is wrong. */
  done: 0,
  /** Done, and something is wrong: a check of `doctor` failed, a test message was refused, a cause was found. */
  trouble: 1,
  /** The command line is wrong; nothing was asked. */
  usage: 2,
  /** The relay did not answer, or not as a relay answers. */
  unreachable: 3,
  /** The relay, or Cloudflare Access in front of it, did not let the caller in. */
  denied: 4,
  /** The portal, event, lane or destination is not known. */
  unknown: 5,
  /** The relay refused the request. */
  refused: 6,
  /** Nobody reads the output any more, as with `| head`: 128 and the number of SIGPIPE, as other programs end there. */
  unread: 141,
} as const

/** One of the exit codes. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
