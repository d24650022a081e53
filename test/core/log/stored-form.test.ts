/** The limit of the stored form of an event. */
import { describe, expect, it } from 'vitest'
import type { RelayEvent } from '../../../src/core/log/event.ts'
import { MAX_STORED_BYTES, storedForm } from '../../../src/core/log/stored-form.ts'
import { anEvent } from '../../support/builders/a-delivery.ts'

const formOf = (event: RelayEvent) => ({ text: JSON.stringify(event), event })

describe('storedForm()', () => {
  it.each([
    ['a small event', 'x'],
    ['one of a whole body of quotes', '"'.repeat(250_000)],
    ['one of a whole body of Cyrillic letters', 'ж'.repeat(125_000)],
  ])('leaves %s as it is', (_case, data) => {
    const form = formOf(anEvent({ data }))
    expect(storedForm(form)).toBe(form)
  })

  it('quarantines a larger one with its head and its size', () => {
    const event = anEvent({ data: { NOTE: '\u0001'.repeat(250_000) } })
    const { text } = formOf(event)
    const stored = storedForm({ text, event })
    expect(stored.event).toEqual({
      ...event,
      field: null,
      data: { head: JSON.stringify(event.data).slice(0, 1000), bytes: text.length },
      quarantined: 'too_large',
    })
    expect(stored.text).toBe(JSON.stringify(stored.event))
    expect(stored.text.length).toBeLessThan(3000)
  })

  it('measures bytes and not characters', () => {
    const data = 'ж'.repeat(MAX_STORED_BYTES / 2)
    expect(storedForm(formOf(anEvent({ data }))).event?.quarantined).toBe('too_large')
  })

  it('keeps the head of a text that is no event', () => {
    const text = 'y'.repeat(MAX_STORED_BYTES + 1)
    expect(storedForm({ text, event: null }).event).toMatchObject({
      name: 'UNREADABLE',
      data: { head: 'y'.repeat(1000), bytes: text.length },
      quarantined: 'too_large',
    })
  })
})
