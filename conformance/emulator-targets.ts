import type { WebSocketConstructor } from '@backend-ai-sdk/client'
import {
  createEmulator,
  profiles as allProfiles,
  type Emulator,
  type EmulatorUser,
  type ProfileName,
} from '@backend-ai-sdk/emulator'
import { nodeHmac, serve } from '@backend-ai-sdk/emulator/node'

import type { Account, Target, TargetName } from './targets.ts'

const storageSecret = 'of the tests'

/** One target per profile: in process, with the faults of released servers or without, or on a loopback socket. */
export async function openEmulatorTargets(
  name: TargetName,
  profiles: readonly string[] = Object.keys(allProfiles),
): Promise<Target[]> {
  return Promise.all(profiles.map((profile) => openEmulatorTarget(name, profile as ProfileName)))
}

async function openEmulatorTarget(name: TargetName, profile: ProfileName): Promise<Target> {
  if (name === 'emulator-socket') {
    const served = await serve({ profile, storageProxy: { secret: storageSecret } })
    return {
      ...describe(served.emulator, `${name} ${profile}`),
      endpoint: served.url,
      close: () => served.close(),
    }
  }
  // Polls answer ten times as fast as a manager's: the tests wait for nothing else.
  const emulator = createEmulator({
    profile,
    hmac: nodeHmac,
    pollTime: 200,
    storageProxy: { secret: storageSecret },
    asReleased: name === 'emulator-as-released',
  })
  if (name === 'emulator-session')
    return {
      ...describe(emulator, `${name} ${profile}`),
      logins: loginsOf(emulator),
      endpoint: 'http://console.local',
      fetch: (input, init) => emulator.webserver.fetch(new Request(input, init)),
      webSocket: emulator.webserver.WebSocket as unknown as WebSocketConstructor,
      close: () => emulator.stop(),
    }
  return {
    ...describe(emulator, `${name} ${profile}`),
    lacks: name === 'emulator-as-released' ? ['pty'] : [],
    endpoint: 'http://emulator.local',
    fetch: (input, init) => emulator.fetch(new Request(input, init)),
    webSocket: emulator.WebSocket as unknown as WebSocketConstructor,
    close: () => emulator.stop(),
  }
}

function describe(emulator: Emulator, name: string): Pick<Target, 'name' | 'pythonImage' | 'keys' | 'storageSecret'> {
  return {
    name,
    pythonImage: 'cr.backend.ai/stable/python:3.9-ubuntu20.04',
    keys: accountsOf(emulator),
    storageSecret,
  }
}

function accountsOf({ users }: Emulator): Record<Account, EmulatorUser> {
  const ofRole = (role: string, index = 0) => users.filter((user) => user.role === role)[index]!
  return { admin: ofRole('superadmin'), user: ofRole('user'), otherUser: ofRole('user', 1) }
}

function loginsOf(emulator: Emulator): Required<Target>['logins'] {
  const accounts = Object.entries(accountsOf(emulator))
  return Object.fromEntries(accounts.map(([name, { email, password }]) => [name, { username: email, password }]))
}
