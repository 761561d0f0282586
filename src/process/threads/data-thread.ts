import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { policies } from '../../policies/registry.ts'
import { DataPlane } from './data-plane.ts'
import type { ThreadInit } from './messages.ts'

// A data thread. An uncaught exception ends it; the control plane records what it held and starts another.
const plane = new DataPlane(workerData as ThreadInit, parentPort as MessagePort, policies)
await plane.start()
