/** What needs sockets and files of the system: Node, Deno and Bun. */
export { listen, type AppListener, type ListenOptions } from './node/app-listener.ts'
export { downloadDirectory, downloadTo, type DownloadedFile, type DownloadToOptions } from './node/download-to.ts'
export { isServedAlone } from './storage/transfer-folder.ts'
export { fileStore } from './node/file-store.ts'
export { startUploadPath, uploadPath, type UploadPathOptions } from './node/upload-path.ts'
