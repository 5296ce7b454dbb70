/** GraphQL over both endpoints, with the rules of who sees what. */
import { afterEach, describe, expect, test } from 'vitest'

import { createEmulator, type Emulator, type EmulatorOptions } from './index.ts'
import { type Caller, callerOf, playing, simpleScript, userOf } from './testing.ts'

let emulator: Emulator
afterEach(() => emulator.stop())

type Graph = (
  query: string,
  variables?: object,
) => Promise<{ data: never; errors?: { message: string; extensions?: object }[] | null }>

function start(options: EmulatorOptions = {}, email = 'user@lablup.com'): { call: Caller; graph: Graph } {
  emulator = createEmulator({ ...playing(simpleScript), ...options })
  return as(email)
}

function as(email: string): { call: Caller; graph: Graph } {
  const call = callerOf(emulator, email)
  const graph: Graph = async (query, variables = {}) => (await call('POST', '/admin/gql', { query, variables })).body
  return { call, graph }
}

const make = (call: Caller, name: string, more: object = {}) =>
  call('POST', '/session', { name, image: 'python', ...more })

describe('endpoints', () => {
  test('20.09 has the old one only, with bare data', async () => {
    const { call } = start({ profile: '20.09' })
    const query = '{ user { email } keypair { is_admin } }'
    expect((await call('POST', '/admin/gql', { query })).status).toBe(404)
    expect((await call('POST', '/admin/graphql', { query })).body).toEqual({
      user: { email: 'user@lablup.com' },
      keypair: { is_admin: false },
    })
    const wrong = await call('POST', '/admin/graphql', { query: '{ nonsense }' })
    expect(wrong.status).toBe(400)
    expect(wrong.body).toMatchObject({
      type: 'https://api.backend.ai/probs/graphql-error',
      data: [{ message: 'Cannot query field "nonsense" on type "Queries".' }],
    })
    // Filters came with v6.20210815.
    const filtered = '{ compute_session_list(limit: 1, offset: 0, filter: "a") { total_count } }'
    expect((await call('POST', '/admin/graphql', { query: filtered })).status).toBe(400)
    const ordered = '{ compute_session_list(limit: 1, offset: 0, order_key: "name", order_asc: true) { total_count } }'
    expect((await call('POST', '/admin/graphql', { query: ordered })).body).toEqual({
      compute_session_list: { total_count: 0 },
    })
  })

  test('23.09 tells partial data and errors, and refuses introspection', async () => {
    const { graph, call } = start({ profile: '23.09' })
    expect(await graph('{ domain { name } agents { id } }')).toEqual({
      data: { domain: { name: 'default' }, agents: null },
      errors: [
        {
          message: 'Forbidden operation. (superadmin privilege required)',
          locations: [{ line: 1, column: 19 }],
          path: ['agents'],
        },
      ],
    })
    expect(await graph('{ __typename }')).toMatchObject({
      data: null,
      errors: [{ message: "Cannot query '__typename': introspection is disabled." }],
    })
    expect((await call('POST', '/admin/gql', { query: '{ agents {' })).status).toBe(500)
    expect((await call('POST', '/admin/graphql', { query: '{ domain { name } }' })).body).toEqual({
      domain: { name: 'default' },
    })
  })

  test('26.9 always has errors, and codes in those of resolvers', async () => {
    const { graph } = start()
    expect(await graph('{ domain { name } }')).toEqual({ data: { domain: { name: 'default' } }, errors: null })
    expect(await graph('{ domain(name: "nope") { name } }')).toMatchObject({
      errors: [{ message: 'No such domain.', extensions: { code: 'domain_read_not-found' } }],
    })
    expect(await graph('{ agents {')).toMatchObject({
      errors: [{ message: 'Syntax Error: Expected Name, found <EOF>.' }],
    })
    expect(await graph('{ compute_session(id: "zzz") { id } }')).toMatchObject({
      errors: [{ message: `Expected value of type 'UUID!', found "zzz"; badly formed hexadecimal UUID string` }],
    })
    expect(
      await graph('query ($a: Int!) { compute_session_list(limit: $a, offset: 0) { total_count } }', { a: 'x' }),
    ).toMatchObject({
      errors: [{ message: "Variable '$a' got invalid value 'x'; Int cannot represent non-integer value: 'x'" }],
    })
    expect(await graph('{ vfolder_permission_list(limit: 1, offset: 0) { total_count } }')).toMatchObject({
      errors: [{ message: 'The emulator does not implement vfolder_permission_list.' }],
    })
  })
})

describe('sessions', () => {
  const list = (args: string): string =>
    `{ compute_session_list(limit: 10, offset: 0, ${args}) { total_count items { name status } } }`

  async function three(profile: '23.09' | '26.9' = '26.9'): Promise<Graph> {
    const { call, graph } = start({ profile })
    for (const name of ['alpha', 'beta', 'gamma']) await make(call, name)
    await call('DELETE', '/session/beta')
    for (let tries = 0; tries < 100; tries += 1) {
      const [, beta] = [...emulator.sessions.all()]
      if (beta?.status === 'TERMINATED') break
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    return graph
  }

  const namesOf = async (graph: Graph, args: string): Promise<string[]> => {
    const { data } = await graph(list(args))
    const { items } = (data as { compute_session_list: { items: { name: string }[] } }).compute_session_list
    return items.map(({ name }) => name)
  }

  test('by status', async () => {
    const graph = await three()
    expect(await namesOf(graph, 'status: "RUNNING", order: "name"')).toEqual(['alpha', 'gamma'])
    expect(await namesOf(graph, 'status: "RUNNING,TERMINATED", order: "-name"')).toEqual(['gamma', 'beta', 'alpha'])
    expect(await graph(list('status: "NOPE"'))).toMatchObject({ errors: [{ message: "'NOPE'" }] })
  })

  test.each([
    [String.raw`name == \"alpha\"`, ['alpha']],
    [String.raw`name ilike \"%A\"`, ['alpha', 'beta', 'gamma']],
    [String.raw`name like \"_eta\"`, ['beta']],
    [String.raw`name contains \"mm\"`, ['gamma']],
    [String.raw`status == \"running\"`, ['alpha', 'gamma']],
    [String.raw`status != \"RUNNING\"`, ['beta']],
    [String.raw`name in [\"alpha\", \"beta\"]`, ['alpha', 'beta']],
    [String.raw`terminated_at is null`, ['alpha', 'gamma']],
    [String.raw`(name == \"alpha\") | (name == \"beta\")`, ['alpha', 'beta']],
    // No precedence: a & (b | c).
    [String.raw`name == \"alpha\" & name == \"beta\" | name == \"gamma\"`, []],
    [String.raw`! name == \"alpha\" | name == \"beta\"`, ['gamma']],
    [String.raw`image == \"cr.backend.ai/stable/python:3.9-ubuntu20.04\"`, ['alpha', 'beta', 'gamma']],
    [String.raw`cluster_size >= 1`, ['alpha', 'beta', 'gamma']],
    [String.raw`created_at > \"2001-01-01T00:00:00+00:00\"`, ['alpha', 'beta', 'gamma']],
  ])('filter %s', async (filter, names) => {
    const graph = await three()
    expect(await namesOf(graph, `filter: "${filter}", order: "name"`)).toEqual(names)
  })

  test.each([
    [
      'bad !! filter',
      "Unexpected token Token('UNARY_OP', '!') at line 1, column 5.\nExpected one of: \n\t* BINARY_OP\nPrevious tokens: [Token('CNAME', 'bad')]\n",
    ],
    [
      '',
      "Unexpected token Token('$END', '') at line 1, column 1.\nExpected one of: \n\t* CNAME\n\t* LPAR\n\t* UNARY_OP\n",
    ],
    [
      String.raw`nonsense == \"a\"`,
      `Error trying to process rule "binary_expr":\n\n('Unknown/unsupported field name', 'nonsense')`,
    ],
    [
      String.raw`status == \"nope\"`,
      `Error trying to process rule "binary_expr":\n\n'nope' is not a valid SessionStatus`,
    ],
  ])('a filter that is wrong: %s', async (filter, text) => {
    const { graph } = start()
    expect(await graph(list(`filter: "${filter}"`))).toMatchObject({
      errors: [
        { message: `Query filter parsing error: ${text}`, extensions: { code: 'backendai_generic_internal-error' } },
      ],
    })
  })

  test('an order that is wrong', async () => {
    const { graph } = start()
    expect(await graph(list('order: "+nonsense"'))).toMatchObject({
      errors: [
        {
          message: `Query ordering parsing error: Error trying to process rule "col":\n\n('Unknown/unsupported field name', 'nonsense')`,
        },
      ],
    })
    expect(await graph(list('order: "a desc"'))).toMatchObject({
      errors: [
        {
          message: `Query ordering parsing error: Unexpected token Token('CNAME', 'desc') at line 1, column 3.\nExpected one of: \n\t* COMMA\n\t* $END\nPrevious tokens: [Token('CNAME', 'a')]\n`,
        },
      ],
    })
  })

  test('pages', async () => {
    const graph = await three()
    const page = '{ compute_session_list(limit: 1, offset: 1, order: "name") { total_count items { name } } }'
    expect(await graph(page)).toMatchObject({
      data: { compute_session_list: { total_count: 3, items: [{ name: 'beta' }] } },
    })
    expect(await graph('{ compute_session_list(limit: -1, offset: 0) { total_count } }')).toMatchObject({
      errors: [{ message: 'LIMIT must not be negative' }],
    })
  })

  test('values as they are written', async () => {
    const { call, graph } = start({ profile: '23.09' })
    await make(call, 'alpha', { config: { resources: { cpu: 1, mem: '1g' } } })
    const fields = 'type created_at occupied_slots resource_opts status_history service_ports containers { role idx }'
    const { data } = await graph(`{ compute_session_list(limit: 1, offset: 0) { items { ${fields} } } }`)
    const { compute_session_list: found } = data as { compute_session_list: { items: Record<string, string>[] } }
    expect(found.items[0]).toEqual({
      type: 'INTERACTIVE',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$/) as string,
      occupied_slots: '{"cpu": "1", "mem": "1073741824"}',
      resource_opts: '{"main1": {"shmem": 67108864}}',
      status_history: expect.stringMatching(/^\{"PENDING": "[^"]+", "SCHEDULED": .*"RUNNING": "[^"]+"\}$/) as string,
      service_ports: expect.stringContaining('"container_ports": [2200]') as string,
      containers: [{ role: 'main', idx: 1 }],
    })
  })
})

describe('who sees what', () => {
  test('users see their own sessions and keys', async () => {
    const { call, graph } = start()
    const { sessionId } = (await make(call, 'alpha')).body as { sessionId: string }
    const other = as('user2@lablup.com').graph
    const list = '{ compute_session_list(limit: 5, offset: 0) { total_count } keypairs { user_id secret_key } }'
    expect((await graph(list)).data).toMatchObject({ compute_session_list: { total_count: 1 } })
    expect((await other(list)).data).toMatchObject({
      compute_session_list: { total_count: 0 },
      keypairs: [{ user_id: 'user2@lablup.com' }],
    })
    expect(await other(`{ compute_session(id: "${sessionId}") { id } }`)).toMatchObject({
      data: { compute_session: null },
    })
    const { accessKey } = userOf(emulator, 'user@lablup.com')
    for (const query of [
      `{ keypair(access_key: "${accessKey}") { secret_key } }`,
      `{ keypair_list(limit: 9, offset: 0, email: "user@lablup.com") { items { secret_key } } }`,
      `{ user(email: "user@lablup.com") { email } }`,
      `{ compute_session_list(limit: 5, offset: 0, access_key: "${accessKey}") { total_count } }`,
    ]) {
      expect((await other(query)).errors?.[0]?.message).toBe('Forbidden operation.')
    }
    expect((await other('{ users { email } }')).errors?.[0]?.message).toBe('Insufficient privilege.')
  })

  test('admins see their domain, superadmins all', async () => {
    const { call } = start()
    await make(call, 'alpha')
    const query =
      '{ compute_session_list(limit: 5, offset: 0) { total_count } users { email } keypairs { access_key } }'
    for (const email of ['domain-admin@lablup.com', 'admin@lablup.com']) {
      const { data } = await as(email).graph(query)
      expect(data).toMatchObject({ compute_session_list: { total_count: 1 } })
      expect((data as { users: unknown[] }).users).toHaveLength(5)
      expect((data as { keypairs: unknown[] }).keypairs).toHaveLength(5)
    }
    expect((await as('domain-admin@lablup.com').graph('{ scaling_groups { name } }')).errors).not.toBeNull()
    expect(
      (await as('admin@lablup.com').graph('{ scaling_groups { name } agents { id occupied_slots } }')).data,
    ).toEqual({
      scaling_groups: [{ name: 'default' }],
      agents: [{ id: 'i-local', occupied_slots: '{"cpu": "1", "mem": "335544320"}' }],
    })
    expect((await as('monitor@lablup.com').graph('{ user { email } }')).errors).not.toBeNull()
  })

  test('images and presets are for everybody', async () => {
    const { graph } = start()
    const { data } = await graph(
      '{ images { name tag aliases installed } image(reference: "node") { tag } resource_presets { name resource_slots } }',
    )
    expect(data).toMatchObject({
      image: { tag: '22-ubuntu22.04' },
      resource_presets: [{ name: 'cpu01-small', resource_slots: '{"cpu": "1", "mem": "1073741824"}' }, {}],
    })
    expect((data as { images: unknown[] }).images).toHaveLength(4)
  })
})
