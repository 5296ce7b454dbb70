import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { type Cluster, idleKernels, openCluster } from '../../testing.ts'

let cluster: Cluster
beforeEach(() => void (cluster = openCluster(idleKernels)))
afterEach(() => cluster[Symbol.asyncDispose]())

const document = (name: string): string => `api_version: "1"
kind: task_template
metadata:
  name: ${name}
spec:
  kernel:
    image: python
    environ: {MODE: "0644"}
    run:
      bootstrap: |
        echo one

        echo two
  resources: {cpu: 1, mem: 1g}
`
const uuid = '[\\da-f]{8}(?:-[\\da-f]{4}){3}-[\\da-f]{12}'

async function create(name: string): Promise<string> {
  const { stderr } = await cluster.run(['session-template', 'create'], { input: document(name) })
  return new RegExp(`^∙ Task template (${uuid}) created and ready\n$`).exec(stderr)![1]!
}

test('made, printed, listed, replaced and deleted', async () => {
  expect((await cluster.run(['sesstpl', 'list'])).stdout).toBe('There is no task templates created yet.\n')
  const id = await create('first')
  const { stdout } = await cluster.run(['sesstpl', 'get', id])
  expect(stdout).toContain('        echo one\n\n        echo two\n')
  expect(JSON.parse((await cluster.run(['sesstpl', 'get', '-f', 'json', id])).stdout)).toMatchObject({
    metadata: { name: 'first' },
    spec: { kernel: { environ: { MODE: '0644' } } },
  })
  const [header, , row] = (await cluster.run(['sesstpl', 'list'])).stdout.split('\n')
  expect(header).toMatch(/^Name +ID +Created At +Owner +Type +User +Group$/)
  expect(row).toMatch(new RegExp(`^first +${id} +\\d{4}-.* +True +task +user@lablup\\.com +default$`))
  // What was printed is taken again.
  const updated = await cluster.run(['sesstpl', 'update', id], { input: stdout.replace('first', 'second') })
  expect(updated).toEqual({ code: 0, stdout: '', stderr: `∙ Task template ${id} updated\n` })
  expect((await cluster.run(['sesstpl', 'delete', '-f', id])).stderr).toBe(`∙ Task template ${id} deleted\n`)
  expect((await cluster.run(['sesstpl', 'get', id])).code).toBe(1)
})

test('all of a text with several', async () => {
  const { stderr } = await cluster.run(['sesstpl', 'create'], { input: `${document('one')}---\n${document('two')}` })
  expect(stderr.match(/created and ready/g)).toHaveLength(2)
})

test('of a text that is wrong', async () => {
  expect(await cluster.run(['sesstpl', 'create'], { input: 'a: [' })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('The template is no YAML') as string,
  })
})

describe('start-template', () => {
  const session = () => [...cluster.emulator.sessions.all()].at(-1)!

  test('starts what it says', async () => {
    const id = await create('first')
    const { code, stdout } = await cluster.run(['start-template', '-q', id])
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${session().id}\n` })
    expect(session().spec).toMatchObject({
      name: expect.stringMatching(/^pysdk-[\da-f]{10}$/) as string,
      environ: { MODE: '0644' },
      bootstrapScript: 'echo one\n\necho two\n',
      slots: { cpu: 1 },
    })
  })

  test.each(['start-template', 'create-from-template', 'start-from-template'])('%s, otherwise', async (word) => {
    const id = await create('first')
    const args = ['-t', 'other-1', '-e', 'A=b', '--tag', 'mine', '-r', 'cpu=2', '-r', 'mem=2g', id]
    expect((await cluster.run([word, ...args])).stderr).toContain(
      `∙ Session ID ${session().id} is created and ready.\n`,
    )
    expect(session().spec).toMatchObject({ name: 'other-1', environ: { A: 'b' }, tag: 'mine', slots: { cpu: 2 } })
  })

  test('without what it says', async () => {
    const id = await create('first')
    await cluster.run(['start-template', '--no-env', '--no-mount', '--no-resource', id])
    expect(session().spec.environ).toEqual({})
  })

  test('of none', async () => {
    const { code } = await cluster.run(['start-template', '00000000-0000-4000-8000-000000000000'])
    expect(code).toBe(1)
  })
})
