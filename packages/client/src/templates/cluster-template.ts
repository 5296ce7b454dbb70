/** A template of sessions of several containers, and its documents (protocol 02 §8.3). */
import { ConfigError } from '@backend-ai-sdk/core'

import { given, required } from './task-template.ts'
import { Fields, type Node } from './template-documents.ts'

const modes = ['single-node', 'multi-node'] as const

export interface ClusterTemplate {
  name: string
  /** Default `single-node`. */
  mode?: (typeof modes)[number]
  /** Environment variables of all containers. */
  environment?: Readonly<Record<string, string>>
  /** Folders by name, with their path in the session. */
  mounts?: Readonly<Record<string, string>>
  /** Each role once, and `main` with one container. */
  nodes: readonly ClusterNode[]
}

export interface ClusterNode {
  role: string
  /** Id of a session template. */
  sessionTemplate: string
  /** Containers. Default 1. */
  replicas?: number
}

export function toClusterDocument(template: ClusterTemplate): Record<string, unknown> {
  return {
    api_version: '1',
    kind: 'cluster_template',
    mode: template.mode ?? 'single-node',
    metadata: { name: template.name },
    spec: {
      environ: template.environment ?? {},
      mounts: template.mounts ?? {},
      nodes: template.nodes.map(({ role, sessionTemplate, replicas = 1 }) => ({
        role,
        session_template: sessionTemplate,
        replicas,
      })),
    },
  }
}

/** @throws ConfigError for keys that are unknown or missing. */
export function fromClusterDocument(document: Node): ClusterTemplate {
  const top = new Fields(document, 'the document')
  top.text('api_version', 'apiVersion')
  top.oneOf(['cluster_template', 'clusterTemplate'], 'kind')
  const metadata = required(top, 'metadata')
  const spec = required(top, 'spec')
  const template: ClusterTemplate = {
    name: metadata.required('name'),
    ...given('mode', top.oneOf(modes, 'mode')),
    ...given('environment', spec.texts('environ')),
    ...given('mounts', spec.texts('mounts')),
    nodes: (spec.list('nodes') ?? []).map(nodeOf),
  }
  for (const fields of [metadata, spec]) fields.end()
  return template
}

function nodeOf(node: Node): ClusterNode {
  const fields = new Fields(node, 'spec.nodes')
  const replicas = Number(fields.text('replicas') ?? 1)
  if (!Number.isInteger(replicas) || replicas < 1)
    throw new ConfigError('spec.nodes.replicas of the template is to be a number of containers.')
  const found = {
    role: fields.required('role'),
    sessionTemplate: fields.required('session_template', 'sessionTemplate'),
    replicas,
  }
  fields.end()
  return found
}
