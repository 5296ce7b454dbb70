/** Archives as others read and write them: Python's `zipfile`, and a storage proxy of 26.9.6. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { expect, onTestFinished, test } from 'vitest'

import recording from '../../../../conformance/real-cluster/26.9/wire/083-storage-download-archive.json' with { type: 'json' }
import type { Bytes } from '../storage/file-system.ts'
import { bytesOf } from '../testing-storage.ts'
import { type ZipEntry, zipOf } from './zip.ts'

const time = Date.UTC(2026, 10, 25, 4, 52, 50)

const entry = (name: string, text: string | null, more: Partial<ZipEntry> = {}): ZipEntry => ({
  name,
  mode: text === null ? 0o40_755 : 0o100_644,
  modified: time,
  size: text?.length ?? 0,
  chunks:
    text === null
      ? null
      : (async function* (): AsyncGenerator<Bytes> {
          yield bytesOf(text)
        })(),
  ...more,
})

async function archiveOf(entries: Iterable<ZipEntry>): Promise<Buffer> {
  const parts: Bytes[] = []
  const each = async function* (): AsyncGenerator<ZipEntry> {
    yield* entries
  }
  for await (const part of zipOf(each())) parts.push(part)
  return Buffer.concat(parts)
}

test('is that of a storage proxy, byte by byte', async () => {
  const { base64 } = recording.exchanges[0]!.response.body
  const archive = await archiveOf([entry('alpha.txt', 'alpha\n'), entry('dir/', null, { mode: 0o40_775 })])
  expect(archive.toString('hex')).toBe(Buffer.from(base64, 'base64').toString('hex'))
})

const hasPython = await promisify(execFile)('python3', ['--version']).then(
  () => true,
  () => false,
)

const reader = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    items = archive.infolist()
    assert len(items) > 9 or archive.testzip() is None
    print(json.dumps([len(items), [[i.filename, i.file_size, i.extract_version, oct(i.external_attr >> 16)] for i in items[:4]]]))
`

async function readByPython(entries: Iterable<ZipEntry>): Promise<unknown> {
  const directory = await mkdtemp(join(tmpdir(), 'zip-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  await writeFile(join(directory, 'a.zip'), await archiveOf(entries))
  const { stdout } = await promisify(execFile)('python3', ['-c', reader, join(directory, 'a.zip')])
  return JSON.parse(stdout)
}

test.runIf(hasPython)('Python reads it: names, what is meant to be large, and more than 65,535 files', async () => {
  const size = 2 ** 32
  expect(
    await readByPython([
      entry('한글/a', 'x'.repeat(100_000)),
      entry('empty', ''),
      entry('large', 'not so large after all', { size, mode: 0o100_600 }),
      entry('directory/', null),
    ]),
  ).toEqual([
    4,
    [
      ['한글/a', 100_000, 20, '0o100644'],
      ['empty', 0, 20, '0o100644'],
      ['large', 22, 45, '0o100600'],
      ['directory/', 0, 20, '0o40755'],
    ],
  ])
  const many = Array.from({ length: 65_537 }, (_, index) => entry(`d${index}/`, null))
  expect(await readByPython(many)).toMatchObject([65_537, { length: 4 }])
})
