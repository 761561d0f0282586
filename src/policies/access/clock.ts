const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/** Days of `mon` or `mon-fri`, Sunday being 0; null for anything else. */
export function readDays(text: string): readonly number[] | null {
  const [first = '', last = first, ...more] = text.split('-')
  const [from, to] = [days.indexOf(first), days.indexOf(last)]
  if (from < 0 || to < 0 || more.length > 0) return null
  const count = ((to - from + 7) % 7) + 1
  return Array.from({ length: count }, (_, index) => (from + index) % 7)
}

/** Minutes since midnight of `08:00`; null for anything else. */
export function readMinute(text: string): number | null {
  const found = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text)
  if (found !== null) return Number(found[1]) * 60 + Number(found[2])
  return text === '24:00' ? 1440 : null
}

/** Whether the system knows the time zone. */
export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

const clocks = new Map<string, Clock>()

/** The clock of a time zone: one for all rules, since the system's formats are large and slow to make. */
export function clockOf(zone: string): Clock {
  const known = clocks.get(zone)
  if (known !== undefined) return known
  const made = new Clock(zone)
  clocks.set(zone, made)
  return made
}

/** Tells the day and the minute of a place. Asked once a minute, since the system takes microseconds to say it. */
class Clock {
  readonly #format: Intl.DateTimeFormat
  #minute = -1
  #day = 0
  #minuteOfDay = 0

  constructor(zone: string) {
    this.#format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
  }

  /** `now` in milliseconds since 1970. */
  at(now: number): { readonly day: number; readonly minute: number } {
    const minute = Math.floor(now / 60_000)
    if (minute !== this.#minute) {
      const parts = new Map(this.#format.formatToParts(now).map(({ type, value }) => [type, value]))
      this.#day = days.indexOf((parts.get('weekday') ?? '').toLowerCase())
      this.#minuteOfDay = Number(parts.get('hour')) * 60 + Number(parts.get('minute'))
      this.#minute = minute
    }
    return { day: this.#day, minute: this.#minuteOfDay }
  }
}
