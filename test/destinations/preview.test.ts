/** The message that a receiver would get, without a send. */
import { describe, expect, it } from 'vitest'
import { NO_MEMORY } from '../../src/core/lanes/state/receiver-memory.ts'
import { previewParcel, sampleParcel } from '../../src/destinations/preview.ts'
import { cloudevents } from '../../src/destinations/cloudevents/receiver.ts'
import { slack } from '../../src/destinations/slack/receiver.ts'
import { telegram } from '../../src/destinations/telegram/receiver.ts'
import { webhook } from '../../src/destinations/webhook/receiver.ts'
import type { DestinationType, Settings } from '../../src/destinations/receiver.ts'
import { WORKING_SETTINGS } from '../support/builders/working-settings.ts'
import { opened } from '../support/messages/opened-receiver.ts'
import { NOW } from '../support/time.ts'

const TERMS = { now: NOW, memory: NO_MEMORY }
const ACME = { memberId: 'b'.repeat(32), domain: 'acme.bitrix24.com' }

describe('previewParcel()', () => {
  it('shows a message for people in the words of its template', async () => {
    const receiver = opened(slack, WORKING_SETTINGS.slack, { template: 'Hear: {{label}}' })
    const { body } = await previewParcel(receiver, sampleParcel(null, TERMS.now), TERMS)
    expect(JSON.stringify(body)).toContain('Hear: Tax number')
  })

  it('tells the parts of a message for people, and none of a template or of a machine', async () => {
    const { message } = await previewParcel(
      opened(slack, WORKING_SETTINGS.slack),
      sampleParcel(ACME, TERMS.now),
      TERMS,
    )
    expect(message?.portal).toBe(ACME.domain)
    expect(JSON.stringify(message?.title)).toContain('Tax number')
    expect(message?.groups[0]?.lines.length).toBeGreaterThan(0)
    const template = opened(slack, WORKING_SETTINGS.slack, { template: 'Hear: {{label}}' })
    for (const receiver of [template, opened(webhook, WORKING_SETTINGS.webhook)]) {
      expect(
        (await previewParcel(receiver, sampleParcel(ACME, TERMS.now), TERMS)).message,
      ).toBeNull()
    }
  })

  it('tells of an invented event that has just come, whenever it is shown', async () => {
    const now = NOW + 90 * 86_400_000
    const sample = sampleParcel(null, now)
    const terms = { ...TERMS, now }
    const { message } = await previewParcel(opened(slack, WORKING_SETTINGS.slack), sample, terms)
    expect(message?.notes).toEqual([])
  })

  it('takes secrets out of the parts as well', async () => {
    const receiver = { ...opened(slack, WORKING_SETTINGS.slack), secrets: [ACME.domain] }
    const shown = await previewParcel(receiver, sampleParcel(ACME, TERMS.now), TERMS)
    expect(shown.message).not.toBeNull()
    expect(JSON.stringify(shown)).not.toContain(ACME.domain)
  })

  it('shows what a machine gets, without what proves the sender', async () => {
    const settings = { ...WORKING_SETTINGS.webhook, headers: { 'x-key': 'header-secret-value' } }
    const shown = await previewParcel(
      opened(webhook, settings),
      sampleParcel(ACME, TERMS.now),
      TERMS,
    )
    expect(shown).toMatchObject({
      headers: { 'content-type': expect.stringContaining('json'), 'webhook-id': 'sample-42' },
      body: { data: { portal: ACME, sequence: 42 } },
    })
    expect(Object.keys(shown.headers).toSorted()).toEqual(['content-type', 'webhook-id'])
  })

  it('shows the attributes of CloudEvents that stand in headers', async () => {
    const settings = { ...WORKING_SETTINGS.cloudevents, mode: 'binary', bearer: 'bearer-secret' }
    const { headers } = await previewParcel(
      opened(cloudevents, settings),
      sampleParcel(null, TERMS.now),
      TERMS,
    )
    expect(Object.keys(headers)).toContain('ce-id')
    expect(JSON.stringify(headers)).not.toContain('bearer-secret')
  })

  it.each<[type: DestinationType, settings: Settings, secret: string]>([
    [telegram, WORKING_SETTINGS.telegram, '-1001234567890'],
  ])('takes secrets out of the body', async (type, settings, secret) => {
    const { body } = await previewParcel(
      opened(type, settings),
      sampleParcel(null, TERMS.now),
      TERMS,
    )
    expect(JSON.stringify(body)).not.toContain(secret)
  })
})
