/**
 * The recovery of an install whose row was damaged. It is restored from its copy in KV. Without a copy the
 * portal begins anew, and nobody is believed more easily than at a portal that was never met: whatever the
 * damaged text still tells can refuse a caller, and never admits one. Pure.
 */
import { keepEndedTokens } from '../ended-tokens.ts'
import { mirrorOf, type InstallMirror } from './install-mirror.ts'
import { NO_INSTALL, type InstallState, type KnownDomain, type Recovery } from './install.ts'
import { clampTs, recordUninstall } from './lifecycle.ts'
import { webhookRule } from '../outgoing-webhook.ts'

/** The facts that the text of a damaged row still tells. */
export interface InstallTraces {
  readonly generation: number | null
  readonly lastSequence: number | null
  readonly uninstallTs: number | null
  /** The domains under which the events of the log were stored; empty when no domain is found. */
  readonly domains: readonly KnownDomain[]
}

/** The facts beside the copy from which an install is restored. */
export interface RecoveryTerms {
  readonly traces: InstallTraces
  /** A sequence that no event has got yet is greater than this one. */
  readonly lastSequence: number
  /** Unix milliseconds. */
  readonly now: number
}

/** Parses what a damaged text still tells, whether or not it is JSON. */
export function parseTraces(text: string): InstallTraces {
  const number = (pattern: RegExp): number | null => {
    const digits = pattern.exec(text)?.[1]
    return digits === undefined ? null : Number(digits)
  }
  return {
    generation: number(/"generation":(\d{1,9})[,}]/),
    lastSequence: number(/"lastSequence":(\d{1,12})[,}]/),
    uninstallTs: number(/"uninstallTs":(\d{1,11})[,}]/),
    domains: domainsIn(text),
  }
}

function domainsIn(text: string): readonly KnownDomain[] {
  const known = [...text.matchAll(/\{"from":(\d{1,15}),"domain":"([^"\\]{1,260})"\}/g)]
  if (known.length > 0)
    return known.map(([, from, domain = '']) => ({ from: Number(from), domain }))
  const named = text.matchAll(/"(?:domain|portal|formerDomain)":"([^"\\]{1,260})"/g)
  for (const [, domain = ''] of named) {
    if (webhookRule(domain) === 'domain') return [{ from: 1, domain }]
  }
  return []
}

/**
 * Joins a copy with the pairs beside it; null when the two do not belong together, so that neither is a
 * record that this program has written.
 */
export function joinCopy(mirror: InstallMirror, copy: InstallState): InstallState | null {
  const { generation, tokens, systemTokens } = mirror
  const application = copy.application && { ...copy.application, tokens, systemTokens }
  const joined = { ...copy, generation, application }
  const { hashes, domain } = mirrorOf(joined)
  const isSame = JSON.stringify([hashes, domain]) === JSON.stringify([mirror.hashes, mirror.domain])
  return isSame ? joined : null
}

/**
 * The install as its copy tells it. Where the damaged row tells of a later uninstall than KV has heard of, the
 * copy is that of an installation that has ended, and its tokens stay ended.
 */
export function restoreInstall(copied: InstallState, terms: RecoveryTerms): InstallState {
  const { traces, lastSequence, now } = terms
  // An uninstall notice asks the portal by itself.
  const isConfirmed = copied.application === null || copied.uninstallNotice !== null
  const recovery: Recovery = { from: 'kv', at: now, isConfirmed }
  const restored = { ...copied, lastSequence, recovery, kvDirty: false }
  const { generation } = traces
  if (generation === null || generation <= copied.generation) return restored
  const ts = clampTs(traces.uninstallTs ?? 0, now)
  const ended = recordUninstall(restored, ts, lastSequence)
  return {
    ...keepEndedTokens(restored, ended, ts * 1000),
    generation,
    recovery: { ...recovery, isConfirmed: true },
  }
}

/** The install of a portal whose row was damaged and of which no copy is left. */
export function createLostInstall({ traces, lastSequence, now }: RecoveryTerms): InstallState {
  const { generation, uninstallTs, domains } = traces
  return {
    ...NO_INSTALL,
    generation: generation ?? NO_INSTALL.generation,
    lastSequence,
    uninstallTs: uninstallTs === null ? null : clampTs(uninstallTs, now),
    domains: lastSequence === 0 ? [] : domains,
    recovery: { from: 'nothing', at: now, isConfirmed: true },
    kvDirty: true,
  }
}

/** Whether nothing but the damaged row told who the portal is, or whether its installation has ended. */
export function isLostInstall({ recovery }: Pick<InstallState, 'recovery'>): boolean {
  return recovery?.from === 'nothing'
}
