/** The findings of `doctor`. */

/** The answer of one check. */
export interface Finding {
  readonly check: string
  /** `skipped`: it could not be asked, and why is said. */
  readonly result: 'ok' | 'warning' | 'problem' | 'skipped'
  readonly finding: string
  /** The remedy for the operator; null when there is nothing to do. */
  readonly remedy: string | null
}

/** Makes findings of one check. */
export function findingsOf(check: string) {
  const found =
    (result: Finding['result']) =>
    (finding: string, remedy: string | null = null): Finding => ({ check, result, finding, remedy })
  return {
    ok: found('ok'),
    warning: found('warning'),
    problem: found('problem'),
    skipped: found('skipped'),
  }
}
