/**
 * The key with which its user logs in to a session: made with it, unless somebody has placed keys in its home, as runners
 * do (protocol 02 §7.1). Node only.
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export async function placeSessionKey(home: string): Promise<void> {
  const folder = join(home, '.ssh')
  const authorized = join(folder, 'authorized_keys')
  if (await stat(authorized).catch(() => undefined)) return
  // Runners make RSA keys, which would take longer than all the rest of a session.
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(authorized, lineOf(publicKey), { mode: 0o600 })
  await writeFile(join(home, 'id_container'), privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 })
}

/** As `authorized_keys` has it. */
function lineOf(key: KeyObject): string {
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
  const kind = 'ecdsa-sha2-nistp256'
  const fields = [Buffer.from(kind), Buffer.from('nistp256'), point].map((field) =>
    Buffer.concat([sizeOf(field), field]),
  )
  return `${kind} ${Buffer.concat(fields).toString('base64')} work@main1\n`
}

function sizeOf(field: Uint8Array): Buffer {
  const size = Buffer.alloc(4)
  size.writeUInt32BE(field.length)
  return size
}
