/** Background tasks, as every release tells of them. */
import {
  InvalidRequestError,
  NotFoundError,
  TaskError,
  TimeoutError,
  type BackgroundTask,
  type ComputeSession,
  type TaskDone,
  type TaskEvent,
  type TaskWaitOptions,
} from '@backend-ai-sdk/client'
import { expect, test } from 'vitest'

import { clientOf } from '../targets.ts'
import { needs, needsAccount, onEachTarget, rejection, sharedSession } from './harness.ts'

onEachTarget('background tasks', (target) => {
  const client = clientOf(target)
  const session = sharedSession(target, client)

  async function eventsOf(id: string): Promise<string[]> {
    const seen: string[] = []
    for await (const event of client.tasks.events(id, { timeout: 60_000 })) seen.push(event.type)
    return seen
  }

  async function outcomeOf(task: BackgroundTask, options: TaskWaitOptions = {}): Promise<TaskDone | TaskError> {
    try {
      return await task.wait({ timeout: 60_000, ...options })
    } catch (error) {
      if (error instanceof TaskError) return error
      throw error
    }
  }

  /** Clusters without a container engine commit to no image, and say so; both ends are ends. */
  async function endOf(committed: ComputeSession): Promise<{ id: string; end: TaskEvent['type'] }> {
    const task = await committed.commit()
    expect(task.path).toMatch(/\.tar\.gz$/)
    const seen: string[] = []
    for await (const event of task.events({ timeout: 60_000 })) seen.push(event.type)
    expect(seen[0]).toBe('opened')
    const end = seen.at(-1) as TaskEvent['type']
    expect(end).toBeOneOf(['done', 'failed'])
    return { id: task.id, end }
  }

  test('the commit of a session, to its end and after it', async (context) => {
    await needs(context, client, 'session-commit')
    const { id, end } = await endOf(await session())
    // Of a task that has ended its end is told.
    expect(await eventsOf(id)).toEqual(['opened', end])
    expect(await outcomeOf(client.tasks.get(id))).toMatchObject(
      end === 'done' ? { type: 'done', errors: [] } : { code: 'ERR_TASK', taskId: id, status: 'failed' },
    )
  }, 90_000)

  test('the progress of a scan of images', async (context) => {
    needsAccount(context, target, 'admin')
    const admin = clientOf(target, 'admin')
    type Answer = { rescan_images: { task_id: string } }
    const { rescan_images: scan } = await admin.graphql<Answer>('mutation { rescan_images { task_id } }')
    const steps: number[] = []
    const outcome = await outcomeOf(admin.tasks.get(scan.task_id), {
      onProgress: ({ current, total }) => steps.push(current! / total!),
    })
    // Where there is no registry to ask, it fails before the first step; where it is quick, only its end is told.
    expect(outcome instanceof TaskError ? outcome.reason : 'done').toMatch(/^done$|cr\.backend\.ai/)
    expect(steps).toEqual(steps.toSorted((a, b) => a - b))
  }, 90_000)

  test('a task that does not exist is not waited for without end', async () => {
    const id = '00000000-0000-4000-8000-000000000000'
    expect(await rejection(client.tasks.wait(id, { firstEventWithin: 1500 }))).toBeInstanceOf(NotFoundError)
    const error = await rejection(client.tasks.wait(id, { timeout: 1000 }))
    // Later releases say nothing of it.
    expect(error).toSatisfy((reason) => reason instanceof NotFoundError || reason instanceof TimeoutError)
  })

  test('an id that is none', async () => {
    expect(await rejection(client.tasks.wait('nonsense'))).toBeInstanceOf(InvalidRequestError)
  })

  test('leaving ends the listening, not the task', async (context) => {
    await needs(context, client, 'session-commit')
    const task = await (await session()).commit()
    for await (const event of task.events()) {
      expect(event).toEqual({ type: 'opened', lost: undefined })
      break
    }
    const controller = new AbortController()
    const reason = new Error('left')
    const waiting = rejection(client.tasks.wait(task.id, { signal: controller.signal, onProgress: () => {} }))
    controller.abort(reason)
    expect(await waiting).toBe(reason)
    expect(await outcomeOf(task)).toBeDefined()
  }, 90_000)
})
