/** What one order is made of; the example keeps them in memory, so a restart brings the seeded ones back. */
export interface Order {
  readonly id: string
  readonly customer: string
  readonly status: 'open' | 'paid' | 'shipped'
  readonly items: readonly { readonly sku: string; readonly quantity: number }[]
  readonly note: string
  readonly email: string
  readonly card: string
}

/** The fields a client may send; `id` is given by the API. */
export type OrderInput = Omit<Order, 'id'>

const seeded: readonly Order[] = [
  {
    id: '1001',
    customer: 'ada',
    status: 'open',
    items: [{ sku: 'compass', quantity: 1 }],
    note: 'Please ring twice.',
    email: 'ada@example.com',
    card: '4111111111111111',
  },
  {
    id: '1002',
    customer: 'ada',
    status: 'paid',
    items: [
      { sku: 'sextant', quantity: 1 },
      { sku: 'chart-north-sea', quantity: 2 },
    ],
    note: '',
    email: 'ada@example.com',
    card: '4111111111111111',
  },
  {
    id: '2001',
    customer: 'bob',
    status: 'shipped',
    items: [{ sku: 'rope-50m', quantity: 3 }],
    note: 'Leave it at the harbour office.',
    email: 'bob@example.com',
    card: '5555555555554444',
  },
]

/** Orders by id, oldest first. */
export class Orders {
  readonly #orders = new Map<string, Order>(seeded.map((order) => [order.id, order]))
  #nextId = 3001

  list(): readonly Order[] {
    return [...this.#orders.values()]
  }

  get(id: string): Order | undefined {
    return this.#orders.get(id)
  }

  /** Orders whose customer, note or one of whose items contains `text`, in any case. */
  search(text: string): readonly Order[] {
    const wanted = text.toLowerCase()
    return this.list().filter((order) =>
      [order.customer, order.note, ...order.items.map((item) => item.sku)].some((field) =>
        field.toLowerCase().includes(wanted),
      ),
    )
  }

  create(input: OrderInput): Order {
    const order = { id: String(this.#nextId++), ...input }
    this.#orders.set(order.id, order)
    return order
  }

  update(order: Order, change: Partial<OrderInput>): Order {
    const changed = { ...order, ...change }
    this.#orders.set(order.id, changed)
    return changed
  }

  delete(id: string): boolean {
    return this.#orders.delete(id)
  }
}

const defaults: OrderInput = { customer: '', status: 'open', items: [], note: '', email: '', card: '' }

/** Reads a new order from parsed JSON, or says what is wrong with it. */
export function readOrder(json: unknown): OrderInput | string {
  const input = readChange(json)
  if (typeof input === 'string') return input
  if (input.customer === undefined) return '`customer` is missing'
  if (input.items === undefined) return '`items` is missing'
  return { ...defaults, ...input }
}

/** Reads the fields to change from parsed JSON, or says what is wrong with them. */
export function readChange(json: unknown): Partial<OrderInput> | string {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return 'an object is expected'
  for (const [name, value] of Object.entries(json)) {
    if (name === 'status') {
      if (value !== 'open' && value !== 'paid' && value !== 'shipped')
        return '`status` is open, paid or shipped'
    } else if (name === 'items') {
      if (!Array.isArray(value) || !value.every(isItem)) return '`items` is a list of { sku, quantity }'
    } else if (!Object.hasOwn(defaults, name)) {
      return `\`${name}\` is no field that can be set`
    } else if (typeof value !== 'string') {
      return `\`${name}\` is a string`
    }
  }
  return json
}

function isItem(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const item: { sku?: unknown; quantity?: unknown } = value
  return typeof item.sku === 'string' && Number.isInteger(item.quantity)
}
