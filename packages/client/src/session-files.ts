/** Files of a running session (protocol 02 §1.15). */
import { ConfigError, path, type CallOptions, type Transport } from '@backend-ai-sdk/core'

export interface SessionFile {
  /** Below the session's home, with slashes: `src/main.py`; folders are made. */
  path: string
  data: Blob | Uint8Array<ArrayBuffer> | string
}

export interface UploadOptions extends CallOptions {
  /** Told after each request. */
  onProgress?: ((progress: { sent: number; total: number }) => void) | undefined
}

const filesPerRequest = 20
const fileLimit = 1024 * 1024

/** @throws ConfigError for a file of 1 MiB or more, before anything is sent: the server takes smaller ones only. */
export async function uploadFiles(
  transport: Transport,
  session: string,
  files: readonly SessionFile[],
  { onProgress, ...options }: UploadOptions,
): Promise<void> {
  const parts = files.map((file) => ({
    path: file.path,
    blob: file.data instanceof Blob ? file.data : new Blob([file.data]),
  }))
  for (const { path, blob } of parts)
    if (blob.size >= fileLimit)
      throw new ConfigError(
        `${path} has ${blob.size} bytes; a session takes files below ${fileLimit}. Use a folder for larger ones.`,
      )
  const total = parts.reduce((sum, { blob }) => sum + blob.size, 0)
  let sent = 0
  for (let first = 0; first < parts.length; first += filesPerRequest) {
    const body = new FormData()
    for (const part of parts.slice(first, first + filesPerRequest)) {
      const bytes = new Blob([part.blob], { type: 'application/octet-stream' })
      // The name as it is: servers store a percent-encoded one literally.
      body.append('src', bytes, part.path)
      sent += bytes.size
    }
    await transport.send({ method: 'POST', path: path`/session/${session}/upload`, body, ...options })
    onProgress?.({ sent, total })
  }
}

/** @throws APIError (500 on all known releases) for a file that is not there. */
export async function downloadFile(
  transport: Transport,
  session: string,
  file: string,
  options: CallOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const isPosted = await transport.supports('session-download-post', options)
  const response = await transport.fetch({
    method: isPosted ? 'POST' : 'GET',
    path: path`/session/${session}/download_single`,
    query: { file },
    // What is not there is a failure of the server, which it stays.
    retry: false,
    ...options,
  })
  const bytes = new Uint8Array(await response.arrayBuffer())
  if (await transport.supports('session-download-raw', options)) return bytes
  const { fileOfTar } = await import('./tar.ts')
  return fileOfTar(bytes)
}
