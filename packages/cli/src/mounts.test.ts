import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { parseMount } from './mounts.ts'

test.each([
  ['data', { name: 'data' }],
  ['data=/mnt/data', { name: 'data', target: '/mnt/data' }],
  ['data:/mnt/data', { name: 'data', target: '/mnt/data' }],
  ['data=/mnt/a=b:c', { name: 'data', target: '/mnt/a=b:c' }],
  ['data:x=/y', { name: 'data:x', target: '/y' }],
  ['source=data,target=/mnt/d,perm=ro', { name: 'data', target: '/mnt/d', permission: 'ro' }],
  ['type=bind,source=data,permission=wd', { name: 'data', permission: 'wd', type: 'bind' }],
  ['source:data,target:/mnt', { name: 'data', target: '/mnt' }],
  [String.raw`source=a\,b\=c,target="/x,y"`, { name: 'a,b=c', target: '/x,y' }],
])('%s', (text, mount) => expect(parseMount(text)).toEqual(mount))

test.each([
  ['', "'' names no folder."],
  ['=/x', "'=/x' names no folder."],
  ['data=', "'data=' has no path after the folder."],
  ['source=', "'source=' names no folder: source=NAME."],
  ['source=a,colour=red', "'colour' in 'source=a,colour=red' is not one of type, source, target, perm, permission."],
  ['source=a,perm=rx', "permission 'rx' is not one of ro, rw, wd."],
  ['source=a,target', "'target' in 'source=a,target' has no value."],
])('%j is refused', (text, message) => expect(() => parseMount(text)).toThrow(message))

const name = fc
  .stringMatching(/^[A-Za-z0-9_][\w.-]{0,20}$/)
  .filter((text) => !/^(type|source|target|perm|permission)$/.test(text))
const path = fc.string({ unit: fc.constantFrom('a', '/', ' ', ',', '=', ':', '"', '가'), minLength: 1 })

test('a folder and a path are given back as they are', () => {
  fc.assert(
    fc.property(name, fc.stringMatching(/^\/[\w./=:-]{1,30}$/), (folder, target) => {
      expect(parseMount(`${folder}=${target}`)).toEqual({ name: folder, target })
    }),
  )
})

test('escaped texts are given back as they are', () => {
  const escaped = (text: string): string => text.replaceAll(/[\\,:=]/g, String.raw`\$&`)
  fc.assert(
    fc.property(
      path.filter((text) => !text.includes('"')),
      path.filter((text) => !text.includes('"')),
      (source, target) => {
        expect(parseMount(`source=${escaped(source)},target=${escaped(target)}`)).toEqual({ name: source, target })
      },
    ),
  )
})
