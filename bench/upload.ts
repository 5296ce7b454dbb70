/** Goals 12 to 14: a file on its way, beside a TCP connection and tus-js-client, and the memory that it takes. */
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { uploadPath } from '@backend-ai-sdk/client/node'
import { Upload } from 'tus-js-client'

import type { Group } from './group.ts'
import { start } from './process.ts'
import type { Variant } from './round-robin.ts'
import { folderAt } from './upload-folder.ts'

const megabyte = 1024 * 1024
const size = 128 * megabyte
/** Of goal 14: files that differ by so much that what grows with them is seen. */
const sparse = { small: 256 * megabyte, large: 2048 * megabyte }

interface Served {
  raw: number
  web: number
}

const serve = () => start<Served>(import.meta.resolve('./upload-server.ts'))

/** Milliseconds of one whole upload. */
const sending =
  (send: () => Promise<unknown>): Variant =>
  async () => {
    const begun = performance.now()
    await send()
    return { calls: 1, time: performance.now() - begun }
  }

/** The file in writes of 1 MiB, as fast as the connection takes them, up to the server's word that it has all. */
async function sendRaw(port: number, file: string): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  const ended = once(socket, 'data')
  await using handle = await open(file)
  const piece = Buffer.allocUnsafe(megabyte)
  for (let sent = 0; sent < size; sent += megabyte) {
    await handle.read(piece, 0, megabyte, sent)
    // One buffer for all: it is free when it was written.
    await new Promise<void>((resolve, reject) => socket.write(piece, (error) => (error ? reject(error) : resolve())))
  }
  socket.end()
  await ended
  socket.destroy()
}

async function sendByTus(port: number, file: string): Promise<void> {
  const permit = await fetch(`http://127.0.0.1:${port}/folders/bench/request-upload`, {
    method: 'POST',
    body: JSON.stringify({ path: 'tus', size }),
  })
  const { token, url } = (await permit.json()) as { token: string; url: string }
  await new Promise<void>((onSuccess, onError) => {
    new Upload(createReadStream(file), {
      uploadUrl: `${url}?token=${token}`,
      uploadSize: size,
      chunkSize: 16 * megabyte,
      onSuccess: () => onSuccess(),
      onError,
    }).start()
  })
}

export const upload: Group = {
  plan: { rounds: 9, turns: 1 },
  comparisons: [
    { goal: 12, title: '`uploadPath()` in parts of 16 MiB ÷ raw TCP', of: 'parts16', to: 'raw', limit: 3, stretch: 2 },
    { title: '`uploadPath()` in parts of 64 MiB ÷ raw TCP', of: 'parts64', to: 'raw' },
    {
      goal: 13,
      title: '`uploadPath()` ÷ tus-js-client with a file stream, both in parts of 16 MiB',
      of: 'parts16',
      to: 'tus',
      limit: 0.7,
      stretch: 0.5,
    },
  ],
  async open() {
    const server = await serve()
    const { raw, web } = server.message
    const directory = await mkdtemp(join(tmpdir(), 'bench-upload-'))
    const file = join(directory, 'file')
    await writeFile(file, Buffer.alloc(size, 'backend.ai'))
    const folder = folderAt(web)
    return {
      variants: {
        raw: sending(() => sendRaw(raw, file)),
        parts16: sending(() => uploadPath(folder, file, { to: 'parts16', partSize: 16 * megabyte })),
        parts64: sending(() => uploadPath(folder, file, { to: 'parts64', partSize: 64 * megabyte })),
        tus: sending(() => sendByTus(web, file)),
      },
      async [Symbol.asyncDispose]() {
        await rm(directory, { recursive: true })
        await server[Symbol.asyncDispose]()
      },
    }
  },
}

export const uploadMemory: Group = {
  plan: { rounds: 7, turns: 1 },
  comparisons: [
    {
      goal: 14,
      title: 'peak memory of an upload of 256 MiB over a client that sends nothing, in MiB',
      of: 'small',
      to: 'mebibyte',
      limit: 128,
      stretch: 64,
    },
    {
      goal: 14,
      title: 'the same of 2 GiB',
      of: 'large',
      to: 'mebibyte',
      limit: 128,
      stretch: 64,
    },
  ],
  async open() {
    const server = await serve()
    const directory = await mkdtemp(join(tmpdir(), 'bench-upload-'))

    /** Peak memory of a process of its own, in MiB. */
    async function peak(...files: string[]): Promise<number> {
      const program = import.meta.resolve('./upload-memory.ts')
      await using child = await start<number>(program, [String(server.message.web), ...files])
      return child.message
    }
    const over = async (name: keyof typeof sparse): Promise<Variant> => {
      const file = join(directory, name)
      await using handle = await open(file, 'w')
      await handle.truncate(sparse[name])
      return async () => ({ calls: 1, time: (await peak(file)) - (await peak()) })
    }
    return {
      variants: {
        small: await over('small'),
        large: await over('large'),
        mebibyte: async () => ({ calls: 1, time: 1 }),
      },
      async [Symbol.asyncDispose]() {
        await rm(directory, { recursive: true })
        await server[Symbol.asyncDispose]()
      },
    }
  },
}
