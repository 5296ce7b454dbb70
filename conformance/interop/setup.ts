import type { TestProject } from 'vitest/node'

import { preparePythonClient, versions, type PythonClient, type Version } from './python-clients.ts'

declare module 'vitest' {
  interface ProvidedContext {
    pythonClients: Record<Version, PythonClient>
  }
}

/** Before all tests: what takes minutes the first time, and what decides which of them are skipped. */
export default function setup({ provide }: TestProject): void {
  const clients = versions.map((version) => [version, preparePythonClient(version)] as const)
  for (const [version, client] of clients) {
    if ('missing' in client) console.warn(`The tests of client ${version} are skipped: ${client.missing}.`)
  }
  provide('pythonClients', Object.fromEntries(clients) as Record<Version, PythonClient>)
}
