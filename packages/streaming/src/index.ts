export { readEvents, type EventStreamOptions, type ServerEvent, type StreamOpened } from './events.ts'
export { Execution, openExecution, parseExecuteResult, type ExecuteRequest, type ExecuteResult } from './execute.ts'
export { canOpenSocket, openSocket, Socket, type Close, type Message, type SocketOptions } from './socket.ts'
