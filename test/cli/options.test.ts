import { describe, expect, it } from 'vitest'
import { Command } from 'commander'
import { addPlaceOptions, countOption, countUpTo, placeOf } from '../../cli/options.ts'

describe('countOption()', () => {
  it('takes numbers from 1 on', () => {
    expect([countOption('1'), countOption('200')]).toEqual([1, 200])
  })

  it.each(['0', '-1', '1.5', '', 'x', '1e3', '9'.repeat(16)])('refuses %o', (text) => {
    expect(() => countOption(text)).toThrow('It must be a number from 1 on')
  })
})

it('countUpTo() refuses what is too much', () => {
  expect(countUpTo(200)('200')).toBe(200)
  expect(() => countUpTo(200)('201')).toThrow('It must be 200 at most')
})

describe('placeOf()', () => {
  it('is one portal, or all', () => {
    expect(placeOf({ portal: 'acme.bitrix24.com' })).toBe('acme.bitrix24.com')
    expect(placeOf({ allPortals: true })).toBeNull()
  })

  it.each([{}, { portal: 'acme.bitrix24.com', allPortals: true as const }])(
    'is never meant by accident: %o',
    (options) => {
      expect(() => placeOf(options)).toThrow('Say where')
    },
  )

  it('has the options that name it', () => {
    const options = addPlaceOptions(new Command()).options.map(({ flags }) => flags)
    expect(options).toEqual(['--portal <portal>', '--all-portals'])
  })
})
