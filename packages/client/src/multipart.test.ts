import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { formOf, partsOf } from './multipart.ts'

const utf8 = new TextEncoder()
const type = 'multipart/mixed; boundary=b0undary'

const bodyOf = async (parts: readonly Uint8Array<ArrayBuffer>[], isTold: boolean) => {
  const chunks = parts.flatMap((part) => [
    `--b0undary\r\nContent-Encoding: identity\r\n${isTold ? `Content-Length: ${part.length}\r\n` : ''}\r\n`,
    part,
    '\r\n',
  ])
  return new Uint8Array(await new Blob([...chunks, '--b0undary--\r\n']).arrayBuffer())
}

test('parts come as they are, whatever is in them', async () => {
  const part = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.constantFrom('\r\n--b0undary\r\n\r\n', '--b0undary--', '\r\n').map((text) => utf8.encode(text)),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 5 }), async (parts) => {
      const given = parts.map((bytes) => new Uint8Array(bytes))
      expect(partsOf(await bodyOf(given, true), type)).toEqual(given)
    }),
  )
})

test('without lengths, by the boundary', async () => {
  const given = [utf8.encode('one\r\n'), utf8.encode(''), utf8.encode('--b0und')]
  const body = await bodyOf(given, false)
  expect(partsOf(body, type)).toEqual(given)
  expect(partsOf(body, 'Multipart/Mixed; x=y; boundary="b0undary"')).toEqual(given)
})

test('cut off anywhere, or none at all, it is damaged', async () => {
  const body = await bodyOf([utf8.encode('one'), utf8.encode('two')], true)
  for (let length = 0; length < body.length - 2; length++)
    expect(() => partsOf(body.slice(0, length), type)).toThrow('cut off or damaged')
  for (const wrong of ['application/json', 'multipart/mixed', 'multipart/mixed; boundary=other', ''])
    expect(() => partsOf(body, wrong)).toThrow('cut off or damaged')
  const long = utf8.encode(`--b0undary\r\nX: ${'x'.repeat(10_000)}\r\n\r\n\r\n--b0undary--`)
  expect(() => partsOf(long, type)).toThrow('cut off or damaged')
})

test.each([
  ['src/한글 a.py', 'filename="src/한글 a.py"'],
  ['a;b=c', 'filename="a;b=c"'],
  ['quo"te', "filename*=UTF-8''quo%22te"],
  ['back\\slash', "filename*=UTF-8''back%5Cslash"],
  ['a%2Fb', "filename*=UTF-8''a%252Fb"],
  ["new\nline's", "filename*=UTF-8''new%0Aline%27s"],
])('the name %j', async (path, parameter) => {
  const form = formOf([{ path, blob: new Blob(['data']) }], 'boundary')
  expect(form.type).toBe('multipart/form-data; boundary=boundary')
  expect(await form.text()).toBe(
    `--boundary\r\nContent-Disposition: form-data; name="src"; ${parameter}\r\n` +
      'Content-Type: application/octet-stream\r\n\r\ndata\r\n--boundary--\r\n',
  )
})
