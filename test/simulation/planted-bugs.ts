/**
 * Bugs that are planted to show that the simulator finds them: each is a small change of one file of `src`. A
 * change whose text does not stand in its file exactly once is an error, so the list follows the code.
 */

/** One bug. */
export interface PlantedBug {
  readonly name: string
  /** A file under `src`. */
  readonly file: string
  readonly before: string
  readonly after: string
}

const SEND =
  'const outcome = ofPresentReceiver(walk, fingerprint, await receiver.send(entries, context))'

/** All bugs that are planted, one at a time. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'the cursor moves before the send',
    file: 'core/lanes/walk-lane.ts',
    before: SEND,
    after: `book.save({ ...book.lane(), cursor: last.sequence })\n  ${SEND}`,
  },
  {
    name: 'an alarm whose write was refused counts as set',
    file: 'portal/alarm.ts',
    before: '      this.#scheduled = null\n      throw error',
    after: '      throw error',
  },
  {
    name: 'a snapshot is stored before the changes that tell of it',
    file: 'portal/fields/enricher.ts',
    before: '        if (!this.#writer.write(this.#reads.enrich(answered))) break',
    after: `        const found = this.#reads.enrich(answered)
        this.#deps.fields.save(found.map(({ state }) => state))
        await this.#deps.world.sleep(20)
        if (!this.#writer.write(found)) break`,
  },
  {
    name: 'an event is told although storage has refused what it tells',
    file: 'portal/fields/enrichment-writer.ts',
    before: 'if (!this.#held.has(id)) this.#held.set(id, one)',
    after:
      'for (const sequence of one.enrichments.keys()) if (id > 0) this.#deps.waiting.end(sequence)',
  },
  {
    name: 'a changed filter begins with the first event',
    file: 'core/lanes/state/epochs.ts',
    before: 'const next = epochOf(filter, Math.max(decided + 1, filter.from ?? 0))',
    after: 'const next = epochOf(filter, 1)',
  },
  {
    name: 'the drain deletes what its object could not take',
    file: 'edge/spill/drain.ts',
    before: `    logLine('warn', 'spill_kept', { memberId, error: describeError(error) })`,
    after: '    await spill.store.remove(record)',
  },
  {
    name: 'the memory of receipts changes before the commit',
    file: 'portal/log/appender.ts',
    before: '    staged.remember(arrival, sequence)',
    after: '    this.#recent.remember(arrival, sequence)',
  },
  {
    name: 'the spill answers before KV has the event',
    file: 'edge/spill/spill.ts',
    before: '    await spill.store.save({ memberId, receivedAt, receipt }, encoded.value)',
    after: `    const saved = spill.store.save({ memberId, receivedAt, receipt }, encoded.value)
    saved.catch(() => undefined)`,
  },
  {
    name: 'the last outcomes are not stored when a lane rests',
    file: 'portal/waker.ts',
    before: '    this.#deps.checkpoint.flush()\n',
    after: '',
  },
  {
    name: 'a replay takes the cursor with it',
    file: 'core/lanes/settle/settle-replay.ts',
    before: '      lane: { ...enableAfterAnswer(next), lastError: null, rejectedInARow: 0 },',
    after:
      '      lane: { ...enableAfterAnswer(next), cursor: sequence, lastError: null, rejectedInARow: 0 },',
  },
  {
    name: 'a replay forgets what still waits for its enrichment',
    file: 'core/lanes/lane-reader.ts',
    before: '    if (upTo < job.to) {',
    after: '    if (upTo < 0) {',
  },
  {
    name: 'sequences begin anew after the log was erased',
    file: 'portal/state/portal-state.ts',
    before: 'this.#head = Math.max(this.#install.lastSequence, log.lastSequence())',
    after: 'this.#head = log.lastSequence()',
  },
  {
    name: 'previousSequence names a filtered event',
    file: 'core/lanes/state/cursor.ts',
    before: '    cursor: sequence,\n',
    after: '    cursor: sequence,\n    lastMeant: sequence,\n',
  },
  {
    name: 'a condition with != is read as one with =',
    file: 'core/lanes/filters/condition.ts',
    before: "  return operator === '!=' ? !isEqual : isEqual",
    after: '  return isEqual',
  },
  {
    name: 'a token stands in a log line',
    file: 'edge/installs/take-install.ts',
    before: '    logUnreachable(world, memberId, error)\n',
    after: `    world.logLine('warn', 'portal_unreachable', { memberId, token: request.applicationToken })\n`,
  },
  {
    name: 'a failed send keeps its connection',
    file: 'core/lanes/send-in-turn.ts',
    before: '    connection.release()\n',
    after: '    if (walk.book.lane().attempts === 0) connection.release()\n',
  },
  {
    name: 'slow lanes may hold every connection',
    file: 'core/lanes/connections.ts',
    before: 'MAX_SLOW_CONNECTIONS = 4',
    after: 'MAX_SLOW_CONNECTIONS = 5',
  },
  {
    name: 'a wait that was measured anew is not stored',
    file: 'portal/lanes/book/checkpoint.ts',
    before: '    this.#isCorrected = true\n',
    after: '',
  },
  {
    name: 'a batch is not stored before it is sent',
    file: 'core/lanes/walk-lane.ts',
    before: 'if (isNewDigest) book.save({ ...lane, gathering })',
    after: 'if (isNewDigest) book.setInMemory({ ...lane, gathering })',
  },
  {
    name: 'retries end with the second attempt',
    file: 'core/lanes/settle/settle.ts',
    before: `if (plan.kind === 'retry') return`,
    after: `if (plan.kind === 'retry' && attempts < 2) return`,
  },
  {
    name: 'the alarm is planned for the first lane only',
    file: 'portal/lanes/pump.ts',
    before: 'const walks = this.#lanesWithWork().map(',
    after: 'const walks = this.#lanesWithWork().slice(0, 1).map(',
  },
  {
    name: 'a comparison remembers a change and does not tell it',
    file: 'portal/fields/comparison.ts',
    before: 'return { ...told.state, toldBy: transaction.insertReconciled(told.reconciled) }',
    after: 'return told.state',
  },
  {
    name: 'an event that could not be written is answered as stored',
    file: 'portal/log/commit-groups.ts',
    before: '      else group[0]?.reject(error)',
    after: `      else group[0]?.resolve({ kind: 'stored', sequence: 0, duplicate: false, quarantined: false })`,
  },
  {
    name: 'a bulletin is told again within its rest',
    file: 'core/bulletins/desk.ts',
    before: `return at + (cause.type === 'relay.callers.refused' ? REFUSALS_COOLDOWN_MS : COOLDOWN_MS)`,
    after: 'return at',
  },
  {
    name: 'a bulletin of a trouble is not followed by its end',
    file: 'core/bulletins/observed.ts',
    before: `return type === 'relay.lane.disabled' && !hasProved ? 'lasts' : 'recovered'`,
    after: `return hasProved || type !== null ? 'lasts' : 'recovered'`,
  },
  {
    name: 'a bulletin tells the end of something else',
    file: 'core/bulletins/desk.ts',
    before: 'data: { from: type } }',
    after: `data: { from: type && 'relay.portal.quiet' } }`,
  },
  {
    name: 'a bulletin is left out for the number of another',
    file: 'portal/bulletins/create-bulletins.ts',
    before: 'bulletinLog.isFor(name, sequence) ?',
    after: 'bulletinLog.isFor(name, sequence + 1) ?',
  },
]
