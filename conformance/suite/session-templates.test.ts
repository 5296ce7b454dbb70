/** Templates of sessions and clusters, and sessions made from them. */
import {
  APIError,
  ConfigError,
  InvalidRequestError,
  NotFoundError,
  type ClusterTemplate,
  type TaskTemplate,
} from '@backend-ai-sdk/client'
import { afterAll, expect, test } from 'vitest'

import { clientOf } from '../targets.ts'
import { needs, onEachTarget, rejection, uniqueName } from './harness.ts'

const nobody = '00000000-0000-4000-8000-000000000000'

onEachTarget('session templates', (target) => {
  // Since release 26 users need a permission for them.
  const client = clientOf(target, target.keys.admin ? 'admin' : 'user')
  const templates = client.sessionTemplates
  const made: string[] = []
  const keep = (id: string): string => {
    made.push(id)
    return id
  }
  afterAll(async () => {
    for (const id of made) await templates.delete(id).catch(() => undefined)
  }, 60_000)

  const simple = (): TaskTemplate => ({
    name: uniqueName(),
    image: target.pythonImage,
    slots: { cpu: 1, mem: '512m' },
    environment: { VERSION: '1.10', YES: 'yes' },
  })

  test('come back as they were given', async () => {
    const template: TaskTemplate = {
      ...simple(),
      tag: 'conformance',
      type: 'batch',
      bootstrapScript: 'echo "한글"\n  # indented\n',
      startupCommand: 'echo hi',
      git: { repository: 'https://example.com/a.git', branch: 'main', directory: 'here' },
    }
    const id = keep(await templates.create(template))
    expect(await templates.get(id)).toMatchObject({ ...template, slots: { cpu: '1', mem: '512m' } })
    const { name } = template
    expect(await templates.list().all()).toContainEqual(expect.objectContaining({ id, name, isOwner: true }))
    // A text is taken again, by this release and by others.
    const again = keep(await templates.create(await templates.text(id)))
    expect(await templates.get(again)).toEqual(await templates.get(id))
    const json = JSON.parse(await templates.text(id, { format: 'json' })) as { metadata: unknown }
    expect(json.metadata).toEqual({ name, tag: 'conformance' })
    await templates.update(id, { ...simple(), name: `${name}-new` })
    expect(await templates.get(id)).toMatchObject({ name: `${name}-new`, environment: { VERSION: '1.10', YES: 'yes' } })
    await templates.delete(id)
    expect(await rejection(templates.delete(id))).toBeInstanceOf(NotFoundError)
  })

  test('texts, in every spelling', async () => {
    const name = uniqueName()
    const text = `
- template:
    apiVersion: 1
    kind: taskTemplate
    metadata: {name: inner}
    spec:
      sessionType: interactive
      kernel:
        image: ${target.pythonImage}
        environ: {MODE: 0644}
        run: {startupCommand: echo}
      resources: {cpu: 1, mem: 512m}
  name: ${name}-1
---
api_version: "1"
kind: task_template
metadata: {name: ${name}-2, tag: }
spec: {kernel: {image: "${target.pythonImage}", git: null}, mounts: null}
`
    const ids = await templates.createAll(text)
    ids.forEach(keep)
    expect(ids).toHaveLength(2)
    expect(await templates.get(ids[0]!)).toMatchObject({
      name: `${name}-1`,
      startupCommand: 'echo',
      environment: { MODE: '0644' },
    })
    expect(await templates.get(ids[1]!)).toMatchObject({ name: `${name}-2`, type: 'interactive' })
    expect(await rejection(templates.create(text))).toBeInstanceOf(ConfigError)
  })

  test('what is wrong with a text is said before it is sent', async () => {
    const wrong = {
      'a: [': /no YAML.*line 1/,
      '': /has 0 templates/,
      'kind: task_template': /metadata/,
      'metadata: {name: x}\nspec: {kernel: {image: a, enviro: {}}}': /Unknown key 'enviro'.*'environ'/,
      'metadata: {name: x}\nspec: {type: other, kernel: {image: a}}': /one of interactive/,
      'metadata: {name: x}\nspec: {kernel: {image: a, environ: {A: ""}}}': /A of a template cannot be empty/,
    }
    for (const [text, message] of Object.entries(wrong)) {
      const error = await rejection(templates.create(text))
      expect(error).toBeInstanceOf(ConfigError)
      expect((error as Error).message).toMatch(message)
    }
  })

  test('what is not there', async () => {
    expect(await rejection(templates.get(nobody))).toBeInstanceOf(NotFoundError)
    expect(await rejection(templates.update(nobody, simple()))).toBeInstanceOf(NotFoundError)
    expect(await rejection(templates.delete(nobody))).toBeInstanceOf(NotFoundError)
  })

  test('of clusters', async (context) => {
    const sessionTemplate = keep(await templates.create(simple()))
    const template: ClusterTemplate = {
      name: uniqueName(),
      environment: { A: 'b' },
      nodes: [
        { role: 'main', sessionTemplate },
        { role: 'sub', sessionTemplate, replicas: 2 },
      ],
    }
    const clusters = client.clusterTemplates
    expect(await rejection(clusters.create({ ...template, nodes: [template.nodes[1]!] }))).toBeInstanceOf(
      InvalidRequestError,
    )
    const id = await clusters.create(template)
    try {
      expect(await clusters.list().all()).toContainEqual(expect.objectContaining({ id, name: template.name }))
      await needs(context, client, 'cluster-template-read')
      expect(await clusters.get(id)).toMatchObject({ ...template, nodes: [{ replicas: 1 }, { replicas: 2 }] })
      await clusters.update(id, (await clusters.text(id)).replace('single-node', 'multi-node'))
      expect((await clusters.get(id)).mode).toBe('multi-node')
    } finally {
      await clusters.delete(id)
    }
    expect(await rejection(clusters.get(id))).toBeInstanceOf(NotFoundError)
  })

  test('a session is made from one, with what is to be otherwise', async (context) => {
    await needs(context, client, 'session-from-template')
    const id = keep(await templates.create({ ...simple(), tag: 'conformance', bootstrapScript: 'echo 1 > booted.txt' }))
    await using session = await client.sessions.createFromTemplate(id, { environment: { OTHER: 'other' } })
    expect(session.created).toBe(true)
    expect(session.image).toBe(target.pythonImage)
    expect(await session.info()).toMatchObject({ status: 'RUNNING', tag: 'conformance', occupiedSlots: { cpu: '1' } })
    const code = 'import os; print(os.environ.get("OTHER"), os.environ.get("YES"), os.path.exists("booted.txt"))'
    expect(await session.run(code).text()).toBe('other None True\n')
    expect(await rejection(client.sessions.createFromTemplate(nobody))).toBeInstanceOf(APIError)
  })
})
