import type { Transport } from '@backend-ai-sdk/core'

/** What calls about a folder need of it. */
export interface FolderAddress {
  readonly transport: Transport
  readonly id: string
  /** What stands for the folder in paths: its name or its id, by release. */
  readonly segment: string
}
