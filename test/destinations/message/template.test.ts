/** Own wording: what a template may say, what it is refused for, and that nothing skips the escaping. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Parcel } from '../../../src/destinations/receiver.ts'
import { escapeDiscord } from '../../../src/destinations/discord/text.ts'
import { inertGoogleChat } from '../../../src/destinations/googlechat/text.ts'
import { en } from '../../../src/destinations/language/en.ts'
import { inertMattermost } from '../../../src/destinations/mattermost/text.ts'
import { composeMessage } from '../../../src/destinations/message/compose.ts'
import { describeLabel } from '../../../src/destinations/message/wording.ts'
import {
  TEMPLATE_NAMES,
  parseTemplate,
  renderTemplate,
  templateView,
} from '../../../src/destinations/message/template.ts'
import { DESTINATION_TYPES } from '../../../src/destinations/registry.ts'
import { inertSlack } from '../../../src/destinations/slack/text.ts'
import { inertTeams } from '../../../src/destinations/teams/text.ts'
import { inertTelegram } from '../../../src/destinations/telegram/text.ts'
import { SENT_AT, aDelivery, anEnrichment, anEvent } from '../../support/builders/a-delivery.ts'

const LINK = 'https://acme.bitrix24.com/crm/'
const CHANGES = [
  { attribute: 'EDIT_FORM_LABEL.en', before: 'Tax no.', after: 'Tax number' },
  { attribute: 'HELP_MESSAGE.en', before: null, after: 'Ask Max' },
]
const ONE: Parcel = {
  deliveries: [aDelivery({ link: LINK, enrichment: anEnrichment({ changes: CHANGES }) })],
  dashboard: null,
}
const OTHER = aDelivery({ event: anEvent({ name: 'ONCRMDEALUPDATE', field: null }) })
const DIGEST: Parcel = { deliveries: [...ONE.deliveries, OTHER], dashboard: 'https://r.example/p' }

/** Each chat's escape, and what no value may hold afterwards as the chat would read it. */
const CHATS: Readonly<Record<string, readonly [(text: string) => string, RegExp]>> = {
  slack: [inertSlack, /[<>*]|&(?!(?:amp|lt|gt);)|:\/\//],
  telegram: [inertTelegram, /[<>]|&(?!(?:amp|lt|gt);)|:\/\//],
  discord: [escapeDiscord, /(?<!\\)[<>*[:]/],
  teams: [inertTeams, /[<*[]|&(?=\w)|\{\{|:\/\//],
  googlechat: [inertGoogleChat, /[<>*]|&(?=\w)|:\/\//],
  mattermost: [inertMattermost, /[<*[]|&(?=\w)|:\/\//],
}

describe('parseTemplate() refuses', () => {
  test.each([
    ['', 'Must hold some text'],
    [' \n', 'Must hold some text'],
    ['{{#changes}}', 'Must be a Mustache template: Unclosed section "changes"'],
    ['{{/changes}}', 'Must be a Mustache template: Unopened section "changes"'],
    ['{{#fields}}{{/changes}}', 'Must be a Mustache template: Unclosed section "fields"'],
    ['{{title', 'Must be a Mustache template: Unclosed tag'],
    ['{{=x=}}', 'Must be a Mustache template: Invalid tags: x'],
    ['{{{title}}}', 'Must not show title unescaped: use {{title}}'],
    ['{{&title}}', 'Must not show title unescaped: use {{title}}'],
    ['{{& title }}', 'Must not show title unescaped: use {{title}}'],
    ['{{#changes}}{{{after}}}{{/changes}}', 'Must not show after unescaped: use {{after}}'],
    ['{{^changes}}{{&title}}{{/changes}}', 'Must not show title unescaped: use {{title}}'],
    ['{{=<% %>=}}<%& title %>', 'Must not show title unescaped: use {{title}}'],
    ['{{=<% %>=}}<%{ title }%>', 'Must not show title unescaped: use {{title}}'],
    ['{{> header}}', 'Must not include other templates'],
    ['{{#changes}}{{>header}}{{/changes}}', 'Must not include other templates'],
    ['{{changes}}', 'Must use changes as a section: {{#changes}}…{{/changes}}'],
    [
      '{{#fields}}{{changes}}{{/fields}}',
      'Must use changes as a section: {{#changes}}…{{/changes}}',
    ],
    ['{{fields}}', 'Must use fields as a section: {{#fields}}…{{/fields}}'],
    ['{{notes}}', 'Must use notes as a section: {{#notes}}…{{/notes}}'],
  ])('%j: %s', (source, error) => {
    expect(parseTemplate(source)).toEqual({ ok: false, error })
  })

  const known =
    'title, lead, summary, portal, time, link, overview, count, kind, label, code, user, more, digest, changes, fields, notes'

  test.each([
    ['{{titel}}', `{{titel}} is not one of ${known}; did you mean title?`],
    ['{{zzzzzz}}', `{{zzzzzz}} is not one of ${known}`],
    ['{{}}', `{{}} is not one of ${known}`],
    ['{{before}}', `{{before}} is not one of ${known}`],
    ['{{#before}}x{{/before}}', `{{before}} is not one of ${known}`],
    ['{{^changes}}{{after}}{{/changes}}', `{{after}} is not one of ${known}`],
    ['{{heading}}', `{{heading}} is not one of ${known}`],
    ['{{.}}', `{{.}} is not one of ${known}`],
    ['{{#label}}{{.}}{{/label}}', `{{.}} is not one of ${known}`],
    ['{{#notes}}{{#title}}{{.}}{{/title}}{{/notes}}', `{{.}} is not one of ${known}`],
    ['{{#notes}}{{#fields}}{{.}}{{/fields}}{{/notes}}', `{{.}} is not one of ${known}, heading`],
    ['{{#fields}}{{before}}{{/fields}}', `{{before}} is not one of ${known}, heading`],
    [
      '{{#changes}}{{befor}}{{/changes}}',
      `{{befor}} is not one of ${known}, text, before, after; did you mean before?`,
    ],
    ['{{title.line}}', `{{title.line}} is not one of ${known}`],
    ['{{changes.length}}', `{{changes.length}} is not one of ${known}`],
  ])('the variable of %j and lists the known ones', (source, error) => {
    expect(parseTemplate(source)).toEqual({
      ok: false,
      error: `Must use known variables: ${error}`,
    })
  })

  test.each([
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
    'valueOf',
    'line',
    'length',
  ])('the inherited name %s everywhere', (name) => {
    for (const source of [
      `{{${name}}}`,
      `{{#${name}}}x{{/${name}}}`,
      `{{^${name}}}x{{/${name}}}`,
      `{{#changes}}{{${name}}}{{/changes}}`,
      `{{#title}}{{${name}}}{{/title}}`,
      `{{title.${name}}}`,
    ]) {
      const parsed = parseTemplate(source)
      expect(parsed.ok ? source : parsed.error).toContain('Must use known variables')
    }
  })
})

describe('parseTemplate() knows which templates tell digests', () => {
  test.each([
    ['{{#fields}}{{heading}}{{/fields}}', true],
    ['{{#digest}}{{#fields}}{{heading}}{{/fields}}{{/digest}}', true],
    ['{{=<% %>=}}<%# fields %><% heading %><%/ fields %>', true],
    ['{{#changes}}{{text}}{{/changes}}', false],
    ['{{title}}fields{{lead}}', false],
    ['{{title}}{{! fields }}', false],
    ['{{^fields}}{{title}}{{/fields}}', false],
  ])('%j: %s', (source, tellsDigests) => {
    expect(parseTemplate(source)).toEqual({ ok: true, value: { source, tellsDigests } })
  })
})

describe('renderTemplate()', () => {
  test.each([
    [
      '{{title}} | {{label}} | {{code}} | {{kind}}',
      '🔄 Settings changed: Tax number — Anna Petrova | Tax number | UF_CRM_TAX | Company details field',
    ],
    ['{{lead}} in {{portal}}', 'Company details field UF_CRM_TAX in acme.bitrix24.com'],
    ['{{user}}, {{time}}, {{count}}', 'Anna Petrova, 2026-09-21 14:13 UTC, 1'],
    [
      '{{summary}}',
      '🔄 Settings changed: Tax number — Anna Petrova · Company details field UF_CRM_TAX',
    ],
    ['{{link}}{{overview}}{{more}}', LINK],
    [
      '{{#changes}}{{label}}: {{before}}>{{after}};{{/changes}}',
      'Label (en): Tax no.>Tax number;Help text (en): >Ask Max;',
    ],
    ['{{#changes}}{{^before}}new {{after}}{{/before}}{{/changes}}', 'new Ask Max'],
    [
      '{{#changes}}{{text}};{{/changes}}',
      'Label (en): Tax no. → Tax number;Help text (en): empty → Ask Max;',
    ],
    [
      '{{#fields}}{{heading}}={{#changes}}{{after}},{{/changes}}{{/fields}}',
      '🔄 Settings changed: Tax number — Anna Petrova=Tax number,Ask Max,',
    ],
    ['{{#digest}}many{{/digest}}{{^digest}}one{{/digest}}', 'one'],
    ['{{#label}}<{{label}}>{{/label}}', '<Tax number>'],
    ['{{=<% %>=}}<% label %> {{label}}', 'Tax number {{label}}'],
    ['{{! remark }}x', 'x'],
  ])('%s gives %s', (source, expected) => {
    expect(render(source, ONE)).toBe(expected)
  })

  test('notes are listed one by one', () => {
    const parcel: Parcel = { deliveries: [aDelivery({ replayed: true })], dashboard: null }
    expect(render('{{#notes}}[{{.}}]{{/notes}}', parcel)).toBe('[Sent again by an operator]')
  })

  test('the change that the headline tells is among the others, and a lost access among the notes', () => {
    const single: Parcel = {
      deliveries: [aDelivery({ enrichment: anEnrichment() })],
      dashboard: null,
    }
    expect(render('{{#changes}}{{text}}{{/changes}}', single)).toBe(
      'Label (en): Tax no. → Tax number',
    )
    expect(render('{{#fields}}{{#changes}}{{after}}{{/changes}}{{/fields}}', single)).toBe(
      'Tax number',
    )
    const lost = anEnrichment({ status: 'unavailable', reason: 'tokens_lost', changes: null })
    const thin: Parcel = { deliveries: [aDelivery({ enrichment: lost })], dashboard: null }
    expect(render('{{#notes}}{{.}}{{/notes}}', thin)).toContain('the relay lost its access')
  })

  test('a digest has its fields, and nothing that belongs to one event', () => {
    expect(render('{{#digest}}{{count}}{{/digest}}{{label}}{{code}}{{kind}}{{user}}', DIGEST)).toBe(
      '2',
    )
    expect(
      render('{{#fields}}{{heading}}:{{#changes}} {{after}}{{/changes}};{{/fields}}', DIGEST),
    ).toBe(
      '🔄 Settings changed: Tax number — Anna Petrova · Company details field UF_CRM_TAX: Tax number Ask Max;🔄 Deal 235 changed — user 1:;',
    )
  })

  test('a value is no template', () => {
    const enrichment = anEnrichment({ field: { label: '{{title}}{{{lead}}}{{#x}}' } })
    const parcel: Parcel = { deliveries: [aDelivery({ enrichment })], dashboard: null }
    expect(render('{{label}}', parcel)).toBe('{{title}}{{{lead}}}{{#x}}')
  })

  test('every variable shows text and never an object or a function', () => {
    const sources = TEMPLATE_NAMES.flatMap((name) => [
      `{{${name}}}`,
      `{{#fields}}{{${name}}}{{/fields}}`,
      `{{#changes}}{{${name}}}{{/changes}}`,
    ]).filter((source) => parseTemplate(source).ok)
    expect(sources.length).toBeGreaterThan(40)
    for (const source of sources) {
      const texts = [ONE, DIGEST].map((parcel) => render(source, parcel))
      expect(texts.join()).not.toMatch(/object|=>|function|undefined|null/)
    }
  })

  test('no text of the CRM gets in without the escape', () => {
    const template =
      '{{title}}{{lead}}{{summary}}{{portal}}{{kind}}{{label}}{{code}}{{user}}{{#changes}}{{text}}{{label}}{{before}}{{after}}{{/changes}}{{#fields}}{{heading}}{{#changes}}{{text}}{{/changes}}{{/fields}}{{#notes}}{{.}}{{/notes}}'
    // Letters that stand in none of our own words.
    const foreign = fc.string({
      unit: fc.constantFrom('Ω', 'Ж', '<', '*'),
      minLength: 1,
      maxLength: 9,
    })
    fc.assert(
      fc.property(fc.array(foreign, { minLength: 6, maxLength: 6 }), (texts) => {
        const [label = '', name = '', code = '', domain = '', value = '', attribute = ''] = texts
        const enrichment = anEnrichment({
          field: { label },
          userName: name,
          changes: [
            { attribute, before: value, after: null },
            { attribute: `LIST.${value}.${code}`, before: 1, after: value },
          ],
        })
        const field = {
          family: 'lead',
          action: 'updated',
          id: 1,
          entityId: 'X',
          fieldName: code,
        } as const
        const parcel: Parcel = {
          deliveries: [aDelivery({ domain, enrichment, event: anEvent({ field }) })],
          dashboard: null,
        }
        expect(render(template, parcel, () => '')).not.toMatch(/[ΩЖ<*]/)
        expect(render(template, parcel)).toContain(label)
      }),
      { numRuns: 100 },
    )
  })
})

describe('the escape of each kind of chat', () => {
  const hostile = fc
    .array(
      fc.constantFrom(
        '<!channel>',
        '<b>',
        '</at>',
        '**bold**',
        '[x](https://evil.example)',
        '{{DATE(',
        '{{{title}}}',
        'https://evil.example',
        '&lt;',
        'a',
        ' ',
      ),
      { minLength: 1, maxLength: 6 },
    )
    .map((parts) => parts.join(''))
    .filter((text) => text.trim() !== '')

  test('every chat type is here', () => {
    const chats = DESTINATION_TYPES.filter(({ reader }) => reader === 'person')
    expect(chats.map(({ type }) => type).toSorted()).toEqual(Object.keys(CHATS).toSorted())
  })

  test.each(Object.entries(CHATS))(
    '%s: a value is inert, and the template keeps its own markup',
    (_type, [escape, active]) => {
      fc.assert(
        fc.property(hostile, (label) => {
          const enrichment = anEnrichment({ field: { label } })
          const delivery = aDelivery({ enrichment })
          const text = render(
            '**<b>{{label}}</b>**',
            { deliveries: [delivery], dashboard: null },
            escape,
          )
          const inner = text.slice('**<b>'.length, -'</b>**'.length)
          expect(text).toBe(`**<b>${inner}</b>**`)
          expect(inner).toBe(escape(describeLabel(delivery) ?? ''))
          expect(inner).not.toMatch(active)
        }),
        { numRuns: 200 },
      )
    },
  )
})

function render(source: string, parcel: Parcel, escape = (text: string): string => text): string {
  const template = parseTemplate(source)
  if (!template.ok) throw new Error(template.error)
  const message = composeMessage(parcel, { words: en, now: SENT_AT })
  return renderTemplate(template.value, templateView(message, parcel, en), escape)
}
