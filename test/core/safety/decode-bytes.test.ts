import { describe, expect, it } from 'vitest'
import { decodeBytes } from '../../../src/core/safety/decode-bytes.ts'

const TEXT = 'a text of bytes'

const hexOf = (text: string) => text.replace(/./g, (c) => c.charCodeAt(0).toString(16))

describe('decodeBytes()', () => {
  it.each([
    ['base64', btoa(TEXT)],
    ['base64 behind letters', `v1-x${btoa(TEXT)}`],
    ['base64 in lines', btoa(TEXT).replace(/.{8}/g, '$&\n  ')],
    ['hex', hexOf(TEXT)],
    ['hex behind a digit', `f${hexOf(TEXT)}`],
    ['hex with a prefix', `0x${hexOf(TEXT)}`],
    ['hex with colons', hexOf(TEXT).replace(/../g, '$&:')],
    ['a list of hex numbers', TEXT.replace(/./g, (c) => `0x${hexOf(c)}, `)],
    ['a list of code points', TEXT.replace(/./g, (c) => `U+00${hexOf(c)} `)],
    ['a list of numbers', TEXT.replace(/./g, (c) => `${c.charCodeAt(0)},`)],
    ['a list of octal numbers', TEXT.replace(/./g, (c) => `0${c.charCodeAt(0).toString(8)} `)],
    ['UTF-16 in hex', hexOf(TEXT).replace(/../g, '$&00')],
  ])('reads %s', (_how, text) => {
    expect(decodeBytes(`> ${text}`)).toContain(TEXT)
  })

  it.each([
    'a text',
    'an ordinary text of more than twenty letters',
    '2026-09-21 14:13:20, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21',
    'ab12cd34ef56ab78cd90ef12ab34cd56',
    '',
  ])('says nothing of %s', (text) => {
    expect(decodeBytes(text)).toBe(text)
  })
})
