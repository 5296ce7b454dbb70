/** A certificate authority of our own, a server's certificate and a client's, for an hour or so. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { run } from '../runtimes/command.ts'

/** Paths of PEM files. */
export interface Certificates {
  ca: string
  server: { cert: string; key: string }
  client: { cert: string; key: string }
}

/** Makes them in a directory, with the `openssl` of the machine. */
export async function makeCertificates(directory: string): Promise<Certificates> {
  const at = (file: string): string => join(directory, file)
  const openssl = (...args: string[]): Promise<string> => run(['openssl', ...args], { cwd: directory, limit: 20_000 })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-days', '2']

  const authority = ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign']
  await openssl(
    'req',
    '-x509',
    ...newKey,
    ...authority,
    '-subj',
    '/CN=A private CA',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
  )

  async function issue(name: string, extensions: string): Promise<{ cert: string; key: string }> {
    const [cert, key] = [`${name}.pem`, `${name}.key`]
    await writeFile(at(`${name}.ext`), `${extensions}\n`)
    await openssl('req', ...newKey, '-subj', `/CN=${name}`, '-keyout', key, '-out', `${name}.csr`)
    const signer = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', `${name}.ext`, '-days', '2']
    await openssl('x509', '-req', '-in', `${name}.csr`, ...signer, '-out', cert)
    return { cert: at(cert), key: at(key) }
  }

  return {
    ca: at('ca.pem'),
    server: await issue('server', 'subjectAltName=DNS:manager.test,IP:127.0.0.1\nextendedKeyUsage=serverAuth'),
    client: await issue('client', 'extendedKeyUsage=clientAuth'),
  }
}
