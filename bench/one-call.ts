/** Goals 1–5: a list of sessions as our client asks for it, and the same request made by others. */
import { createClient, keypair } from '@backend-ai-sdk/client'
import { request } from '@octokit/request'
import { AwsClient } from 'aws4fetch'
import axios from 'axios'
import ky from 'ky'
import OpenAI from 'openai'

import { account } from './account.ts'
import type { Comparison, Group } from './group.ts'
import { load, type Load } from './load.ts'
import { start } from './process.ts'
import type { Plan } from './round-robin.ts'

/** What is sent, as our client writes it. */
async function requestOf(endpoint: string): Promise<{ path: string; json: Record<string, unknown> }> {
  let sent: Request | undefined
  const recording: typeof fetch = (input, init) => {
    sent = new Request(input, init)
    return fetch(sent.clone())
  }
  await createClient({ endpoint, auth: keypair(account), fetch: recording })
    .sessions.list()
    .page()
  return { path: new URL(sent!.url).pathname, json: (await sent!.json()) as Record<string, unknown> }
}

async function callsOf(endpoint: string) {
  const { path, json } = await requestOf(endpoint)
  const url = endpoint + path
  const headers = { 'Content-Type': 'application/json' }
  const client = createClient({ endpoint, auth: keypair(account) })
  const noRetries = ky.create({ retry: 0, timeout: false })
  const octokit = request.defaults({ baseUrl: endpoint })
  const openai = new OpenAI({ baseURL: endpoint, apiKey: account.secretKey, maxRetries: 0 })
  const aws = new AwsClient({
    accessKeyId: account.accessKey,
    secretAccessKey: account.secretKey,
    service: 'execute-api',
    region: 'us-east-1',
    retries: 0,
  })
  const init = () => ({ method: 'POST', headers, body: JSON.stringify(json) })
  return {
    fetch: async () => (await fetch(url, init())).json(),
    'sessions.list()': () => client.sessions.list().page(),
    ky: () => noRetries.post(url, { json }).json(),
    '@octokit/request': () => octokit(`POST ${path}`, json),
    axios: () => axios.post(url, json),
    openai: () => openai.post(path, { body: json }),
    aws4fetch: async () => (await aws.fetch(url, init())).json(),
    'fetch GET': async () => (await fetch(url)).json(),
    'client.request() GET': () => client.request({ path }),
  }
}

function group(shape: Load & { wait?: number }, plan: Plan, comparisons: readonly Comparison[]): Group {
  const used = new Set(comparisons.flatMap(({ of, to }) => [of, to]))
  return {
    plan,
    comparisons,
    async open() {
      const server = await start<{ url: string }>(import.meta.resolve('./server.ts'), [`--wait=${shape.wait ?? 0}`])
      const calls = Object.entries(await callsOf(server.message.url)).filter(([name]) => used.has(name))
      return {
        variants: Object.fromEntries(calls.map(([name, call]) => [name, load(call, shape)])),
        [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
      }
    },
  }
}

const others = ['ky', '@octokit/request', 'axios', 'openai', 'aws4fetch']

const beside = (load: string): Comparison[] => [
  { title: `\`client.request()\` ÷ fetch, both GET, ${load}`, of: 'client.request() GET', to: 'fetch GET' },
  ...others.map((name) => ({ title: `${name} ÷ fetch, ${load}`, of: name, to: 'fetch' })),
]

const ours = 'sessions.list()'

export const oneInFlight = group({ inFlight: 1, milliseconds: 15 }, { rounds: 15, turns: 8 }, [
  { goal: 1, title: 'signed `sessions.list()` ÷ fetch, 1 in flight', of: ours, to: 'fetch', limit: 2, stretch: 1.5 },
  {
    goal: 4,
    title: 'signed `sessions.list()` ÷ openai unsigned, 1 in flight',
    of: ours,
    to: 'openai',
    limit: 1.15,
    stretch: 0.9,
  },
  {
    goal: 5,
    title: 'signed `sessions.list()` ÷ aws4fetch, 1 in flight',
    of: ours,
    to: 'aws4fetch',
    limit: 0.8,
    stretch: 0.6,
  },
  ...beside('1 in flight'),
])

export const manyInFlight = group({ inFlight: 64, milliseconds: 50 }, { rounds: 15, turns: 2 }, [
  { goal: 2, title: 'signed `sessions.list()` ÷ fetch, 64 in flight', of: ours, to: 'fetch', limit: 2, stretch: 1.6 },
  {
    goal: 4,
    title: 'signed `sessions.list()` ÷ openai unsigned, 64 in flight',
    of: ours,
    to: 'openai',
    limit: 1.15,
    stretch: 0.9,
  },
  {
    goal: 5,
    title: 'signed `sessions.list()` ÷ aws4fetch, 64 in flight',
    of: ours,
    to: 'aws4fetch',
    limit: 0.8,
    stretch: 0.6,
  },
  ...beside('64 in flight'),
])

export const slowServer = group({ inFlight: 1, milliseconds: 60, wait: 5 }, { rounds: 11, turns: 6 }, [
  {
    goal: 3,
    title: 'signed `sessions.list()` ÷ fetch, server waits 5 ms',
    of: ours,
    to: 'fetch',
    limit: 1.1,
    stretch: 1.05,
  },
])
