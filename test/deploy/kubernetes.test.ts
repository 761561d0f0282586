import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse, parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { loadConfiguration } from '../../src/config/load.ts'
import { policies } from '../../src/policies/registry.ts'
import { issueAuthority } from '../../src/process/authority/certificate-issuer.ts'

const probe = z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) })
const container = z.object({
  image: z.string(),
  command: z.array(z.string()).optional(),
  securityContext: z.object({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
  }),
  resources: z.object({
    requests: z.object({ cpu: z.string(), memory: z.string() }),
    limits: z.object({ memory: z.string() }),
  }),
})
const gateway = container.extend({
  ports: z.array(z.object({ name: z.string(), containerPort: z.int() })),
  startupProbe: probe,
  livenessProbe: probe,
  readinessProbe: probe,
})
/** What the test holds the Deployment to; a property that is missing or another value fails to parse. */
const deployment = z.object({
  replicas: z.int().min(2),
  strategy: z.object({ rollingUpdate: z.object({ maxUnavailable: z.literal(0), maxSurge: z.int().min(1) }) }),
  template: z.object({
    spec: z.object({
      terminationGracePeriodSeconds: z.int(),
      automountServiceAccountToken: z.literal(false),
      securityContext: z.object({
        runAsNonRoot: z.literal(true),
        runAsUser: z.int().min(1),
        seccompProfile: z.object({ type: z.literal('RuntimeDefault') }),
      }),
      initContainers: z.array(container),
      containers: z.tuple([gateway]),
    }),
  }),
})

const file = join(import.meta.dirname, '../../deploy/kubernetes.yaml')
const documents = parseAllDocuments(readFileSync(file, 'utf8')).map(
  (document) => document.toJS() as { kind: string; spec: unknown; data: Record<string, string> },
)
const byKind = (kind: string): (typeof documents)[number] =>
  documents.find((document) => document.kind === kind)!
const pod = deployment.parse(byKind('Deployment').spec).template.spec
const main = pod.containers[0]
const configuration = parse(byKind('ConfigMap').data['sallyport.yaml']!) as {
  readinessLead: string
  drainTimeout: string
  listeners: Record<string, { address: string; serve?: string[] }>
}

test('nothing is lost when pods are replaced', () => {
  const [lead, drain] = [configuration.readinessLead, configuration.drainTimeout].map((text) =>
    Number(/^(\d+)s$/.exec(text)?.[1]),
  )
  assert.ok(lead! >= 5)
  assert.ok(pod.terminationGracePeriodSeconds > lead! + drain! + 5)
})

test('probes ask the listener that serves health', () => {
  const ops = main.ports.find((port) => port.name === 'ops')
  assert.equal(configuration.listeners['ops']?.address, `:${ops?.containerPort}`)
  assert.ok(configuration.listeners['ops']?.serve?.includes('health'))
  for (const { httpGet } of [main.startupProbe, main.livenessProbe, main.readinessProbe])
    assert.equal(httpGet.port, 'ops')
  assert.equal(main.livenessProbe.httpGet.path, '/healthz')
  assert.equal(main.readinessProbe.httpGet.path, '/readyz')
})

test('the configuration in it loads', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kubernetes-'))
  try {
    // The certificate comes from a secret; any pair stands for it here.
    const { cert, key } = issueAuthority(['localhost'])
    writeFileSync(join(folder, 'tls.crt'), cert)
    writeFileSync(join(folder, 'tls.key'), key)
    const file = join(folder, 'sallyport.yaml')
    writeFileSync(file, byKind('ConfigMap').data['sallyport.yaml']!.replaceAll('/etc/sallyport-tls', folder))
    const loaded = await loadConfiguration([file], { env: {}, cwd: folder, policies })
    assert.deepEqual(loaded.ok ? [] : loaded.problems, [])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('the service leads to the public listener', () => {
  const service = z
    .object({ ports: z.tuple([z.object({ targetPort: z.string() })]) })
    .parse(byKind('Service').spec)
  const target = main.ports.find((port) => port.name === service.ports[0].targetPort)
  assert.equal(configuration.listeners['public']?.address, `:${target?.containerPort}`)
})

test('what prepares the store is one image with the gateway, and no shell', () => {
  for (const { image, command } of pod.initContainers) {
    assert.equal(image, main.image)
    assert.deepEqual(command?.slice(0, 2), ['/usr/bin/node', '-e'])
    assert.doesNotThrow(() => new Function(command?.[2] ?? ''))
  }
  assert.equal(pod.initContainers.length, 1)
})
