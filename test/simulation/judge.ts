/**
 * The rules that every history must keep, whatever went wrong in it. A rule gives the sentences that tell how it
 * was broken; none is a history that kept it. Rules about moments (an alarm stands, a lane goes on by itself) are
 * checked while the history is played: rules/liveness.ts.
 */
import type { Evidence } from './evidence.ts'
import { acknowledgedIsStored, everyRequestIsAnswered, sequencesAreWhole } from './rules/receipt.ts'
import { everyEventHasItsFate } from './rules/fates.ts'
import {
  batchesStay,
  chained,
  grantsAreKept,
  idsAreUnique,
  ordered,
  repeatsAreFew,
} from './rules/deliveries.ts'
import { bulletinsCome, bulletinsRest, recoveriesFollow, troublesEnd } from './rules/bulletins.ts'
import { changesAddUp } from './rules/changes.ts'
import { noneIsKeptWaiting } from './rules/fairness.ts'
import { secretsStay } from './rules/secrets.ts'

/** What is wrong with a history. */
export interface Breach {
  readonly rule: string
  readonly what: string
}

/** A rule; each sentence tells one breach of it. */
export type Rule = (evidence: Evidence) => readonly string[]

/** The rules about a whole history, by name. */
export const RULES: Readonly<Record<string, Rule>> = {
  'what was acknowledged is stored': acknowledgedIsStored,
  'every request is answered': everyRequestIsAnswered,
  'sequences have no gap': sequencesAreWhole,
  'everything has a fate that explains it': everyEventHasItsFate,
  'each lane is told in order': ordered,
  'repeats come only from crashes': repeatsAreFew,
  'a batch stays as it was': batchesStay,
  'previousSequence is a chain': chained,
  'a granted replay is kept': grantsAreKept,
  'one id is one event': idsAreUnique,
  'no receiver waits for another': noneIsKeptWaiting,
  'no token leaves its sealed place': secretsStay,
  'a bulletin comes to whom asks': bulletinsCome,
  'a cause is told once in its rest': bulletinsRest,
  'a recovery follows its trouble': recoveriesFollow,
  'a trouble that was told ends': troublesEnd,
  'the changes told add up to the portal': changesAddUp,
}

/** Judges a history that was played to its end. */
export function judge(evidence: Evidence): readonly Breach[] {
  const broken = Object.entries(RULES).flatMap(([rule, check]) =>
    check(evidence).map((what) => ({ rule, what })),
  )
  return [...evidence.played.breaches, ...broken]
}
