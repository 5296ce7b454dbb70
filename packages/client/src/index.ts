export * from '@backend-ai-sdk/auth'
export * from '@backend-ai-sdk/core'
export type { AppProxyV1, OpenAppOptions, OpenedApp } from './sessions/app-proxy.ts'
export type { App } from './sessions/apps.ts'
export { type BatchCommands } from './run/batch.ts'
export { Client, createClient } from './client.ts'
export type { ClusterNode, ClusterTemplate } from './templates/cluster-template.ts'
export { ClusterTemplates } from './templates/cluster-templates.ts'
export {
  CommitTask,
  ComputeSession,
  type CommitOptions,
  type CompletionOptions,
  type DestroyOptions,
  type SessionFacts,
  type SessionStats,
} from './sessions/compute-session.ts'
export type { Diagnosis, Finding, FindingCode } from './diagnosis.ts'
export { Dotfiles, type Dotfile, type DotfileOptions } from './dotfiles.ts'
export { fromEnv } from './environment.ts'
export {
  Events,
  type SessionEvent,
  type SessionEventName,
  type SessionEventsOptions,
  type UnreadableEvent,
} from './events/events.ts'
export type { FolderAddress } from './storage/folder-address.ts'
export { graphql, type GraphQLOptions, type TypedDocument } from './graphql.ts'
export { Images, type Image, type ImageFilter } from './images.ts'
export { Manager, type ManagerNode, type ManagerStatus } from './manager.ts'
export {
  ResourcePresets,
  type ResourceCheck,
  type ResourceCheckOptions,
  type ResourcePreset,
  type Usage,
} from './resource-presets.ts'
export type { InputRequest, RunItem } from './run/run-items.ts'
export type { RunInput } from './run/run-reader.ts'
export { Run, type RunHandle, type RunOptions, type RunResult, type RunSession, type RunSource } from './run/run.ts'
export type { StartedService, StartServiceOptions } from './sessions/session-apps.ts'
export type { SessionDownload, SessionFile, UploadOptions } from './sessions/session-files.ts'
export type { SessionFilter, SessionInfo, SessionStatus } from './sessions/session-info.ts'
export type { SessionEntry } from './sessions/session-listing.ts'
export type { SessionMount, SessionSpec } from './sessions/session-spec.ts'
export {
  SessionTemplates,
  type TemplateListOptions,
  type TemplateOptions,
  type TemplateSummary,
  type TemplateTextOptions,
} from './templates/session-templates.ts'
export type { StatusReport, WaitOptions } from './sessions/session-status.ts'
export type { SessionChange, SessionWatchOptions } from './events/session-watch.ts'
export { Sessions, type SessionCreateOptions, type SessionListOptions, type SessionMatch } from './sessions/sessions.ts'
export type { ResourceSlots } from './slots.ts'
export type { ArchiveEntry } from './tar.ts'
export type { GitSource, TaskTemplate } from './templates/task-template.ts'
export type { ArchiveOptions, Download, DownloadOptions } from './storage/download.ts'
export type { UploadedFile } from './storage/upload-files.ts'
export type { UploadProgress } from './storage/upload-progress.ts'
export type { RandomAccess, UploadSource } from './storage/upload-source.ts'
export { indexedDBStore, memoryStore, type ResumeRecord, type ResumeStore } from './storage/upload-store.ts'
export type { FileUploadOptions, Upload, UploadEntry, UploadFilesOptions } from './storage/upload.ts'
export { VFolder, type VFolderChanges } from './storage/vfolder.ts'
export type { VFolderClone, VFolderCloneSpec } from './storage/vfolder-clone.ts'
export type { DeleteFilesOptions, FileEntry, FileListing, MakeDirectoryOptions } from './storage/vfolder-files.ts'
export type { PerformanceMetric, StorageVolume, VFolderHosts, VFolderHostsOptions } from './storage/vfolder-hosts.ts'
export type { VFolderInfo, VFolderPermission, VFolderStatus, VFolderUsageMode } from './storage/vfolder-info.ts'
export type { VFolderInvitations } from './storage/vfolder-invitations.ts'
export type { VFolderListOptions } from './storage/vfolder-list.ts'
export type {
  Fstab,
  FstabOptions,
  MountReports,
  MountSpec,
  NodeMounts,
  UnmountOptions,
} from './storage/vfolder-mount-calls.ts'
export type { VFolderMounts } from './storage/vfolder-mounts.ts'
export type { QuotaScope, VFolderUsage } from './storage/vfolder-quota-calls.ts'
export type { VFolderQuotas } from './storage/vfolder-quotas.ts'
export type {
  VFolderInvitation,
  VFolderInvitationsOptions,
  VFolderInviteOptions,
  VFolderLeaveOptions,
  VFolderShare,
} from './storage/vfolder-shares.ts'
export type { VFolderSpec } from './storage/vfolder-spec.ts'
export { VFolders } from './storage/vfolders.ts'
export type { WebConfig } from './web-config.ts'
export {
  BackgroundTask,
  Tasks,
  type TaskDone,
  type TaskEvent,
  type TaskFailed,
  type TaskOptions,
  type TaskProgress,
  type TaskWaitOptions,
} from './events/tasks.ts'
export type {
  StreamOpened,
  Terminal,
  TerminalEnd,
  TerminalOptions,
  TerminalSize,
  TerminalState,
  Tunnel,
  TunnelOptions,
} from '@backend-ai-sdk/streaming'
