/** Clusters whose storage proxies do what released ones do, and what goes wrong with them when a page asks for it. */
import { serve, type ServedEmulator } from '../../packages/emulator/src/node.ts'
import type { Actions } from './page.ts'
import type { UploadTarget } from './smoke/upload.ts'

export interface UploadClusters extends AsyncDisposable {
  targets: readonly UploadTarget[]
  actions: Actions
}

/** One that the page logs in to, and one of the release that ignores offsets, by keys. */
export async function openUploadClusters(): Promise<UploadClusters> {
  const clusters = new AsyncDisposableStack()
  try {
    const newer = clusters.use(await serve({ asReleased: true }))
    const older = clusters.use(await serve({ asReleased: true, profile: '23.09' }))
    const { email, password } = userOf(newer)
    const { accessKey, secretKey } = userOf(older)
    const targets = [
      { name: 'session', endpoint: newer.webserverUrl, username: email, password },
      { name: 'keypair', endpoint: older.url, accessKey, secretKey },
    ]
    const actions = { ...actionsOf('session', newer), ...actionsOf('keypair', older) }
    return { targets, actions, [Symbol.asyncDispose]: () => clusters.disposeAsync() }
  } catch (error) {
    await clusters.disposeAsync()
    throw error
  }
}

const userOf = ({ emulator }: ServedEmulator) => emulator.users.find(({ role }) => role === 'user')!

function actionsOf(name: string, { emulator, faults }: ServedEmulator): Actions {
  const isLate = ({ url, method, headers }: Request): boolean =>
    method === 'PATCH' && new URL(url).pathname === '/upload' && Number(headers.get('Upload-Offset')) >= 12 * 2 ** 20
  let stall: ReturnType<typeof faults.inject> | undefined
  return {
    /** A part in the second half of the file comes to a halt in its middle. */
    [`/${name}/stall`]: () => {
      stall = faults.inject({ kind: 'stall', afterReceived: 300_000, times: 1, match: isLate })
    },
    [`/${name}/stalled`]: () => stall?.met(),
    /** Only then does it see that the sender has gone, and takes what is still under way. */
    [`/${name}/go-on`]: () => stall?.remove(),
    [`/${name}/expire`]: () => emulator.storageProxy.expireTokens(),
    /** What was sent is there, and nobody says so. */
    [`/${name}/lose`]: () => {
      faults.inject({ kind: 'refuse', carriedOut: true, times: 1, match: { method: 'PATCH', path: '/upload' } })
    },
  }
}
