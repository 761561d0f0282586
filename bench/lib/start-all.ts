import type { Gateway } from './gateways.ts'
import { type Instance, type Place, startGateway } from './instance.ts'

/** Starts the gateways one after the other, without those that {@link startOrLeaveOut} leaves out. */
export async function startAll(gateways: readonly Gateway[], place: Place): Promise<Instance[]> {
  const instances: Instance[] = []
  for (const gateway of gateways) {
    const instance = await startOrLeaveOut(gateway, place)
    if (instance !== null) instances.push(instance)
  }
  return instances
}

/**
 * Another gateway that does not come up is left out (null), with its reason on standard error. Without Sallyport there
 * is nothing to compare, so its failure is the bench's.
 */
export async function startOrLeaveOut(gateway: Gateway, place: Place): Promise<Instance | null> {
  try {
    return await startGateway(gateway, place)
  } catch (error) {
    if (gateway.name === 'sallyport') throw error
    process.stderr.write(`left out: ${(error as Error).message}\n`)
    return null
  }
}
