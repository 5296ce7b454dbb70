/** Both versions of the app proxy, as a page goes through them: with a browser's cookie, and a WebSocket. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'

import { serve, type ServedEmulator, type ServeOptions } from '../node.ts'
import { type Caller, callerOf, playing, simpleScript, userOf } from '../testing.ts'

interface Place {
  cluster: ServedEmulator
  proxy: string
  call: Caller
  id: string
}

async function place(appProxy: 'v1' | 'v2', options: ServeOptions = {}): Promise<Place> {
  const cluster = await serve({ ...playing(simpleScript), appProxy, ...options })
  onTestFinished(() => cluster.close())
  const call = callerOf(cluster.emulator)
  const created = await call('POST', '/session', { name: 'paged', image: 'python' })
  const { sessionId } = created.body as { sessionId: string }
  const home = cluster.emulator.sessions.get(sessionId)?.home ?? ''
  await writeFile(join(home, 'hello.txt'), 'hello\n')
  return { cluster, proxy: cluster.appProxyUrl ?? '', call, id: sessionId }
}

type Answer = Record<string, unknown>
const ask = async (url: string, init?: RequestInit): Promise<Answer> =>
  (await fetch(url, init)).json() as Promise<Answer>

/** Says its terminal's title, which comes first. */
const titleOf = (url: string, headers: Record<string, string> = {}): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, ['tty'], { headers })
    socket.on('error', reject)
    socket.on('open', () => socket.send(Buffer.from('{"AuthToken":"","columns":80,"rows":24}')))
    socket.on('message', (data) => {
      resolve((data as Buffer).toString())
      socket.close()
    })
  })

async function start({ call, id }: Place, app: string, query = ''): Promise<URL> {
  const started = await call('POST', '/session/paged/start-service', { app })
  expect(started).toMatchObject({ status: 200 })
  const { token, wsproxy_addr } = started.body as { token: string; wsproxy_addr: string }
  const added = await ask(`${wsproxy_addr}/v2/proxy/${token}/${id}/add?app=${app}&protocol=http${query}`)
  expect(added).toMatchObject({ code: 200 })
  return new URL(added['url'] as string)
}

test('v2: to the files of a session, by a cookie', async () => {
  const there = await place('v2')
  expect((await there.call('GET', '/scaling-groups/default/wsproxy-version?group=default')).body).toEqual({
    wsproxy_version: 'v2',
  })
  const url = await start(there, 'webapp', '&redirect=/hello.txt')
  const first = await fetch(url, { redirect: 'manual' })
  expect(first.status).toBe(308)
  const setup = await fetch(first.headers.get('location') ?? '', { redirect: 'manual' })
  expect([setup.status, setup.headers.get('location')]).toEqual([308, '/hello.txt'])
  const file = new URL('/hello.txt', setup.url)
  const [cookie = ''] = setup.headers.getSetCookie()[0]?.split(';') ?? []
  expect(await (await fetch(file, { headers: { cookie } })).text()).toBe('hello\n')
  expect((await fetch(file)).status).toBe(401)
  expect((await fetch(new URL('/setup?token=guessed', file))).status).toBe(401)
})

test('v2: as a program asks it, and a WebSocket through it', async () => {
  const there = await place('v2')
  const url = await start(there, 'ttyd')
  const headers = { Accept: 'application/json' }
  const first = await ask(url.href, { headers })
  expect(first).toMatchObject({ reuse: false })
  expect(await ask(url.href, { headers })).toEqual({ ...first, reuse: true })
  const setup = await fetch(first['redirect_url'] as string, { redirect: 'manual' })
  const [cookie = ''] = setup.headers.getSetCookie()[0]?.split(';') ?? []
  expect(await titleOf(new URL(setup.url).origin, { cookie })).toBe('1/bin/bash (main1)')
  await expect(titleOf(new URL(setup.url).origin)).rejects.toThrow('401')
})

test('v2: open to everybody, and a place of its own', async () => {
  const there = await place('v2')
  const headers = { Accept: 'application/json' }
  const open = await ask((await start(there, 'webapp', '&open_to_public=true&redirect=/hello.txt')).href, { headers })
  expect(await (await fetch(open['redirect_url'] as string)).text()).toBe('hello\n')
  const own = await start(there, 'webapp', '&no_reuse=true')
  const places = [await ask(own.href, { headers }), await ask(own.href, { headers })]
  expect(places.map(({ reuse }) => reuse)).toEqual([false, false])
  expect(new Set(places.map(({ redirect_url }) => new URL(redirect_url as string).port)).size).toBe(2)
})

test('v2: a program for TCP is told where', async () => {
  const there = await place('v2', { profile: '23.09' })
  const url = await start(there, 'echo')
  url.searchParams.set('protocol', 'tcp')
  const { redirect_url } = await ask(url.href, { headers: { Accept: 'application/json' } })
  const { redirectURI } = await ask(redirect_url as string)
  expect(redirectURI).toMatch(
    /^http:\/\/localhost:45678\/start\?directTCP=true&auth=[\w-]+&proto=tcp&gateway=tcp%3A%2F%2F/,
  )
})

test('v2: what is wrong', async () => {
  const { proxy, call, id } = await place('v2')
  expect((await call('POST', '/session/paged/start-service', { app: 'nope' })).status).toBe(404)
  expect((await call('POST', '/session/paged/start-service', { app: 'webapp', port: 9 })).status).toBe(400)
  expect((await fetch(`${proxy}/v2/proxy/guessed/${id}/add?app=webapp`)).status).toBe(404)
  expect((await fetch(`${proxy}/v2/proxy/auth?token=guessed&session_id=${id}`)).status).toBe(404)
  expect((await fetch(`${proxy}/v2/conf`, { method: 'POST', body: 'no' })).status).toBe(400)
})

test('without a proxy there is no coordinator, and no such route on 20.09', async () => {
  const { call } = await place('v1')
  expect(await call('POST', '/session/paged/start-service', { app: 'webapp' })).toMatchObject({
    status: 503,
    body: { msg: 'No coordinator configured for this resource group' },
  })
  const old = await place('v1', { profile: '20.09' })
  expect((await old.call('POST', '/session/paged/start-service', { app: 'httpd' })).status).toBe(404)
})

async function configure({ cluster, proxy }: Place, secret?: string): Promise<string> {
  const { accessKey, secretKey } = userOf(cluster.emulator, 'user@lablup.com')
  const conf = { access_key: accessKey, secret_key: secret ?? secretKey, endpoint: cluster.url, api_version: 9 }
  const { token } = await ask(`${proxy}/conf`, { method: 'PUT', body: JSON.stringify(conf) })
  return token as string
}

test('v1: through the manager, HTTP and a WebSocket', async () => {
  const there = await place('v1')
  const token = await configure(there)
  const added = await ask(`${there.proxy}/proxy/${token}/paged/add?app=webapp`)
  expect(added).toMatchObject({ code: 200, proxy: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string })
  const url = `${added['url'] as string}&redirect=${encodeURIComponent('/hello.txt')}`
  expect(await (await fetch(url)).text()).toBe('hello\n')
  const terminal = await ask(`${there.proxy}/proxy/${token}/paged/add?app=ttyd`)
  expect(await titleOf(`http://${terminal['proxy'] as string}`)).toBe('1/bin/bash (main1)')
  expect(await ask(`${there.proxy}/proxy/${token}/paged`)).toEqual({ code: 200 })
  expect(await ask(`${there.proxy}/proxy/${token}/paged/delete`)).toEqual({ code: 200 })
  expect(await ask(`${there.proxy}/proxy/${token}/paged`)).toEqual({ code: 404 })
  await expect(fetch(url)).resolves.toMatchObject({ status: 404 })
})

test('v1: in the name of a login at the webserver', async () => {
  const { cluster, proxy } = await place('v1')
  const { email, password } = userOf(cluster.emulator, 'user@lablup.com')
  const login = await fetch(`${cluster.webserverUrl}/server/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: email, password }),
  })
  const session = /AIOHTTP_SESSION=([^;]+)/.exec(login.headers.getSetCookie()[0] ?? '')?.[1]
  const conf = { mode: 'SESSION', session, endpoint: cluster.webserverUrl, api_version: 9 }
  const { token } = await ask(`${proxy}/conf`, { method: 'PUT', body: JSON.stringify(conf) })
  const added = await ask(`${proxy}/proxy/${token as string}/paged/add?app=webapp`)
  expect(await (await fetch(`http://${added['proxy'] as string}/hello.txt`)).text()).toBe('hello\n')
})

test('v1: what is wrong has its code, and status 200', async () => {
  const there = await place('v1')
  const token = await configure(there)
  const codeOf = async (path: string): Promise<unknown> => (await ask(`${there.proxy}/proxy/${path}`))['code']
  expect(await codeOf('guessed/paged/add?app=webapp')).toBe(401)
  expect(await codeOf(`${await configure(there, 'wrong')}/paged/add?app=webapp`)).toBe(401)
  expect(await codeOf(`${token}/unknown/add?app=webapp`)).toBe(404)
  expect(await codeOf(`${token}/paged/add?app=nope`)).toBe(404)
  await there.cluster.emulator.stop()
  expect(await codeOf(`${token}/paged/add?app=webapp`)).not.toBe(200)
})

test('pages of another origin may ask it', async () => {
  const { proxy } = await place('v1')
  const headers = { Origin: 'https://page.example', 'Access-Control-Request-Method': 'PUT' }
  const preflight = await fetch(`${proxy}/conf`, { method: 'OPTIONS', headers })
  expect(preflight.headers.get('access-control-allow-origin')).toBe('*')
  expect(preflight.headers.get('access-control-allow-methods')).toContain('PUT')
})
