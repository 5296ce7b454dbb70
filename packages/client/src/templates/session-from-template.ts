/** Sessions from templates: only what is to be otherwise is sent (protocol 02 §1.9). */
import { isAtLeast, randomHex, refuseUnknownKeys, requireCapability, ServerError } from '@backend-ai-sdk/core'
import type { CallOptions, Transport } from '@backend-ai-sdk/core'

import type { SessionFacts } from '../sessions/compute-session.ts'
import { fetchSession, finalStatuses } from '../sessions/session-info.ts'
import { createNames, startedSession, type WireCreated } from '../sessions/session-lifecycle.ts'
import { mountConfig, sameKeys, specNames, specNeeds, type SessionSpec } from '../sessions/session-spec.ts'
import type { SessionCreateOptions, SessionMatch } from '../sessions/sessions.ts'
import { readTemplate } from './session-template-calls.ts'

/** The others are no part of what servers take here. */
const lacking = new Set<string>(['ports', 'agents', 'network', 'allowFractionalResourceFragmentation'])
const takenNames = specNames.filter((name) => !lacking.has(name))

export async function createFromTemplate(
  transport: Transport,
  template: string,
  spec: Partial<SessionSpec>,
  options: SessionCreateOptions,
): Promise<SessionFacts> {
  refuseUnknownKeys(options, createNames, 'the options of createFromTemplate()')
  refuseUnknownKeys(spec, takenNames, 'a session from a template')
  const { maxWait = 0, reuseIfExists = false, signal, timeout } = options
  const server = await transport.server({ signal })
  requireCapability(server, 'session-from-template')
  for (const [key, capability] of specNeeds) if (spec[key] !== undefined) requireCapability(server, capability)
  const { config } = transport
  const isTyped = isAtLeast(server, '26.3')
  // Later ones need a permission to read it, which not all have who may use it.
  const stored = isTyped ? undefined : await readTemplate(transport, template, { signal })
  const ownerInQuery = !isAtLeast(server, '21.9')
  const json = {
    ...sameKeys(spec),
    template_id: template,
    name: spec.name ?? `sdk-${randomHex(5)}`,
    // A default of theirs would take the place of the template's.
    type: spec.type ?? stored?.type,
    // Looked up before the template is, since 26.3.
    domain: spec.domain ?? (isTyped ? config.domain : undefined),
    group: spec.project ?? (isTyped ? config.project : undefined),
    cluster_size: spec.clusterSize,
    cluster_mode: spec.clusterMode,
    enqueueOnly: true,
    maxWaitSeconds: Math.ceil(maxWait / 1000),
    reuseIfExists,
    owner_access_key: ownerInQuery ? undefined : spec.ownerAccessKey,
    config: {
      ...(spec.mounts && mountConfig([...config.mounts, ...spec.mounts], server)),
      environ: spec.environment,
      // 23.09 fails where there is none at all.
      scaling_group: spec.resourceGroup ?? (stored && !stored.resourceGroup ? null : undefined),
      resources: spec.slots,
      ...(spec.sharedMemory !== undefined && { resource_opts: { shmem: spec.sharedMemory } }),
    },
  }
  const query = { owner_access_key: ownerInQuery ? spec.ownerAccessKey : undefined }
  const call = { method: 'POST', path: '/session/_/create-from-template', json, query, signal, timeout }
  const before = isTyped && spec.name !== undefined ? await findByName(transport, spec.name, { signal }) : undefined
  const wire = await transport.request<WireCreated>(call).catch(async (error: unknown) => {
    // 26.9.6 makes the session, and fails over its answer.
    const made = error instanceof ServerError ? await findByName(transport, json.name, { signal }) : undefined
    if (!made || made.sessionId === before?.sessionId) throw error
    return made
  })
  const facts = await startedSession(transport, wire, spec.image ?? stored?.image ?? '', options)
  return facts.image ? facts : { ...facts, ...(await fetchSession(transport, facts.id, { signal })) }
}

async function findByName(transport: Transport, name: string, options: CallOptions): Promise<WireCreated | undefined> {
  const call = { path: '/session/_/match', query: { id: name }, ...options }
  const { matches } = await transport.request<{ matches: SessionMatch[] }>(call)
  const found = matches.find((match) => match.name === name && !finalStatuses.includes(match.status))
  return found && { sessionId: found.id, sessionName: found.name, status: found.status }
}
