/** Quota scopes, and the quota of single folders of old releases. Loaded with the first call. */
import { isAtLeast, UnsupportedError, type CallOptions, type Transport } from '@backend-ai-sdk/core'

import { graphql } from '../graphql.ts'
import type { VFolder } from './vfolder.ts'

/** What is undefined the storage does not tell: plain file systems know no quota. */
export interface QuotaScope {
  /** `user:…` or `project:…`. */
  id: string
  host: string
  usedBytes: number | undefined
  fileCount: number | undefined
  limitBytes: number | undefined
}

interface WireScope {
  quota_scope_id: string
  storage_host_name: string
  details: { usage_bytes: number | null; usage_count: number | null; hard_limit_bytes: number | null }
}

export async function fetchQuotaScope(
  transport: Transport,
  host: string,
  scope: string,
  options: CallOptions,
): Promise<QuotaScope> {
  await transport.mustSupport('quota-scopes', options)
  const document = `query($host: String!, $scope: String!) {
    quota_scope(storage_host_name: $host, quota_scope_id: $scope) {
      quota_scope_id storage_host_name details { usage_bytes usage_count hard_limit_bytes } } }`
  const { quota_scope: wire } = await graphql<{ quota_scope: WireScope }, unknown>(
    transport,
    document,
    { host, scope },
    options,
  )
  const known = (amount: number | null): number | undefined => (amount === null || amount < 0 ? undefined : amount)
  return {
    id: wire.quota_scope_id,
    host: wire.storage_host_name,
    usedBytes: known(wire.details.usage_bytes),
    fileCount: known(wire.details.usage_count),
    limitBytes: known(wire.details.hard_limit_bytes),
  }
}

export async function setQuotaScope(
  transport: Transport,
  host: string,
  scope: string,
  limit: number | undefined,
  options: CallOptions,
): Promise<void> {
  await transport.mustSupport('quota-scopes', options)
  const document =
    limit === undefined
      ? `mutation($host: String!, $scope: String!) {
          unset_quota_scope(storage_host_name: $host, quota_scope_id: $scope) { quota_scope { id } } }`
      : `mutation($host: String!, $scope: String!, $props: QuotaScopeInput!) {
          set_quota_scope(storage_host_name: $host, quota_scope_id: $scope, props: $props) { quota_scope { id } } }`
  const props = limit === undefined ? {} : { props: { hard_limit_bytes: limit } }
  await graphql(transport, document, { host, scope, ...props }, options)
}

export interface VFolderUsage {
  usedBytes: number
  fileCount: number
}

/** As `GET /_/usage` tells superadmins. */
export async function fetchUsage({ transport, id, host }: VFolder, options: CallOptions): Promise<VFolderUsage> {
  type Wire = { file_count: number; used_bytes: number }
  const query = { folder_host: host, id }
  const answer = await transport.request<Wire | { data: Wire }>({ path: '/folders/_/usage', query, ...options })
  // Wrapped once more since 26.3.
  const { file_count, used_bytes } = 'data' in answer ? answer.data : answer
  return { fileCount: file_count, usedBytes: used_bytes }
}

/** @returns bytes. @throws UnsupportedError since release 23.03.5, whose storage always refuses. */
export async function fetchFolderQuota({ transport, id, host }: VFolder, options: CallOptions): Promise<number> {
  await mustHaveFolderQuota(transport, options)
  const query = { folder_host: host, id }
  return (await transport.request<{ size_bytes: number }>({ path: '/folders/_/quota', query, ...options })).size_bytes
}

export async function setFolderQuota(
  { transport, id, host }: VFolder,
  limit: number,
  options: CallOptions,
): Promise<void> {
  await mustHaveFolderQuota(transport, options)
  const json = { folder_host: host, id, input: { size_bytes: limit } }
  await transport.send({ method: 'POST', path: '/folders/_/quota', json, ...options })
}

async function mustHaveFolderQuota(transport: Transport, options: CallOptions): Promise<void> {
  const server = await transport.server(options)
  if (isAtLeast(server, '23.3.5'))
    throw new UnsupportedError(
      `Since release 23.03.5 (this server: ${server.release}) single folders have no quota: use client.vfolders.quotas.`,
      'vfolder-quota',
      server.release,
    )
  await transport.mustSupport('vfolder-quota', options)
}
