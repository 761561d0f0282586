import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { policies } from '../../src/policies/registry.ts'
import { DataPlane } from '../../src/process/threads/data-plane.ts'
import type { ThreadInit } from '../../src/process/threads/messages.ts'
import { faulty } from './faulty-policy.ts'

// As src/process/threads/data-thread.ts, with one policy more.
const plane = new DataPlane(workerData as ThreadInit, parentPort as MessagePort, [...policies, faulty])
await plane.start()
