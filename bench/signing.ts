/** Goals 6 and 7: the signature of one request, beside one bare HMAC of the platform. */
import { keypair } from '@backend-ai-sdk/client'

import { account } from './account.ts'
import type { Group } from './group.ts'
import { load } from './load.ts'

const oneByOne = { inFlight: 1, milliseconds: 10 }

export const signing: Group = {
  plan: { rounds: 15, turns: 8 },
  comparisons: [
    { goal: 6, title: 'sign ÷ one `subtle.sign` of 150 bytes', of: 'sign', to: 'subtle', limit: 1.25, stretch: 1.15 },
    { goal: 7, title: 'sign, key cached ÷ nothing cached', of: 'sign', to: 'uncached', limit: 0.4, stretch: 0.3 },
  ],
  async open() {
    const bytes = new TextEncoder().encode(account.secretKey)
    const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
    const text = new Uint8Array(150)
    const cached = keypair(account)
    const request = {
      method: 'GET',
      url: new URL('http://127.0.0.1:8090/session/_/match?id=train-resnet-50'),
      headers: new Headers({ 'X-BackendAI-Version': 'v9.20250722' }),
      now: Date.now(),
    }
    return {
      variants: {
        subtle: load(() => crypto.subtle.sign('HMAC', key, text), oneByOne),
        sign: load(() => cached.prepare(request), oneByOne),
        uncached: load(() => keypair(account).prepare(request), oneByOne),
      },
      async [Symbol.asyncDispose]() {},
    }
  },
}
