export * from '@backend-ai-sdk/auth'
export * from '@backend-ai-sdk/core'
export type { AppProxyV1, OpenAppOptions, OpenedApp } from './app-proxy.ts'
export type { App } from './apps.ts'
export { type BatchCommands } from './batch.ts'
export { Client, createClient } from './client.ts'
export type { ClusterNode, ClusterTemplate } from './cluster-template.ts'
export { ClusterTemplates } from './cluster-templates.ts'
export {
  CommitTask,
  ComputeSession,
  type CommitOptions,
  type CompletionOptions,
  type DestroyOptions,
  type SessionFacts,
  type SessionStats,
} from './compute-session.ts'
export type { Diagnosis, Finding, FindingCode } from './diagnosis.ts'
export { Dotfiles, type Dotfile, type DotfileOptions } from './dotfiles.ts'
export { fromEnv } from './environment.ts'
export {
  Events,
  type SessionEvent,
  type SessionEventName,
  type SessionEventsOptions,
  type UnreadableEvent,
} from './events.ts'
export type { FolderAddress } from './folder-address.ts'
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
export type { InputRequest, RunItem } from './run-items.ts'
export type { RunInput } from './run-reader.ts'
export { Run, type RunHandle, type RunOptions, type RunResult, type RunSession, type RunSource } from './run.ts'
export type { StartedService, StartServiceOptions } from './session-apps.ts'
export type { SessionDownload, SessionFile, UploadOptions } from './session-files.ts'
export type { SessionFilter, SessionInfo, SessionStatus } from './session-info.ts'
export type { SessionEntry } from './session-listing.ts'
export type { SessionMount, SessionSpec } from './session-spec.ts'
export {
  SessionTemplates,
  type TemplateListOptions,
  type TemplateOptions,
  type TemplateSummary,
  type TemplateTextOptions,
} from './session-templates.ts'
export type { StatusReport, WaitOptions } from './session-status.ts'
export type { SessionChange, SessionWatchOptions } from './session-watch.ts'
export { Sessions, type SessionCreateOptions, type SessionListOptions, type SessionMatch } from './sessions.ts'
export type { ResourceSlots } from './slots.ts'
export type { ArchiveEntry } from './tar.ts'
export type { GitSource, TaskTemplate } from './task-template.ts'
export type { Download, DownloadOptions } from './download.ts'
export type { UploadedFile } from './upload-files.ts'
export type { UploadProgress } from './upload-progress.ts'
export type { RandomAccess, UploadSource } from './upload-source.ts'
export { indexedDBStore, memoryStore, type ResumeRecord, type ResumeStore } from './upload-store.ts'
export type { FileUploadOptions, Upload, UploadEntry, UploadFilesOptions } from './upload.ts'
export { VFolder, type VFolderChanges } from './vfolder.ts'
export type { VFolderClone, VFolderCloneSpec } from './vfolder-clone.ts'
export type { DeleteFilesOptions, FileEntry, FileListing, MakeDirectoryOptions } from './vfolder-files.ts'
export type { PerformanceMetric, StorageVolume, VFolderHosts, VFolderHostsOptions } from './vfolder-hosts.ts'
export type { VFolderInfo, VFolderPermission, VFolderStatus, VFolderUsageMode } from './vfolder-info.ts'
export type { VFolderInvitations } from './vfolder-invitations.ts'
export type { VFolderListOptions } from './vfolder-list.ts'
export type { Fstab, FstabOptions, MountReports, MountSpec, NodeMounts, UnmountOptions } from './vfolder-mount-calls.ts'
export type { VFolderMounts } from './vfolder-mounts.ts'
export type { QuotaScope, VFolderUsage } from './vfolder-quota-calls.ts'
export type { VFolderQuotas } from './vfolder-quotas.ts'
export type {
  VFolderInvitation,
  VFolderInvitationsOptions,
  VFolderInviteOptions,
  VFolderLeaveOptions,
  VFolderShare,
} from './vfolder-shares.ts'
export type { VFolderSpec } from './vfolder-spec.ts'
export { VFolders } from './vfolders.ts'
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
} from './tasks.ts'
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
