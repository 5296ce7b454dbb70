import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'

import { isWholeZip, zipTail } from './zip-end.ts'

/** An archive of one stored file, as far as its end is concerned. */
function archive(content: Uint8Array, comment: Uint8Array): Uint8Array {
  const end = new DataView(new ArrayBuffer(22))
  end.setUint32(0, 0x06054b50, true)
  end.setUint16(8, 1, true)
  end.setUint16(10, 1, true)
  end.setUint32(12, Math.min(46, content.length), true)
  end.setUint32(16, Math.max(0, content.length - 46), true)
  end.setUint16(20, comment.length, true)
  return new Uint8Array([...content, ...new Uint8Array(end.buffer), ...comment])
}

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).filter((bytes) => !bytes.includes(0x50))

test.prop([bytes(200), bytes(50)])('an archive is whole, and none of its beginnings is', (content, comment) => {
  const whole = archive(content, comment)
  expect(isWholeZip(whole.slice(-zipTail), whole.length)).toBe(true)
  for (let length = 0; length < whole.length; length++) expect(isWholeZip(whole.slice(0, length), length)).toBe(false)
})

test.prop([fc.uint8Array({ maxLength: 300 })])('anything can be asked about', (tail) => {
  expect(typeof isWholeZip(tail, tail.length + 10)).toBe('boolean')
})
