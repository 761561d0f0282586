/** The small primes that show the fingerprint. */
const primes: readonly number[] = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107,
  109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
]

/** The powers of 65537 modulo each prime. */
const generated: readonly ReadonlySet<number>[] = primes.map((prime) => {
  const powers = new Set<number>()
  for (let power = 1; !powers.has(power); power = (power * 65537) % prime) powers.add(power)
  return powers
})

/**
 * Whether an RSA modulus bears the fingerprint of ROCA (CVE-2017-15361): its primes came from a library that made them
 * as powers of 65537, and can be found from the modulus. A sound modulus does with a chance of about 2⁻²⁷.
 */
export function isRocaModulus(modulus: bigint): boolean {
  return primes.every((prime, at) => generated[at]?.has(Number(modulus % BigInt(prime))))
}
