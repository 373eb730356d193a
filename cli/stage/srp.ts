import { createHash, createHmac, getDiffieHellman, hkdfSync, randomBytes } from 'node:crypto';

// The client's half of Cognito's USER_SRP_AUTH: SRP-6a (RFC 5054) with SHA-256 over the 3072-bit group of RFC 3526,
// and a key derived as Amazon's own client library does it (amazon-cognito-identity-js, AuthenticationHelper).
// Cognito's API reference names the parameters and leaves the arithmetic to that library.

const prime = toNumber(getDiffieHellman('modp15').getPrime());
const generator = 2n;
const multiplier = toNumber(sha256(padded(prime), padded(generator)));

/** What Cognito sends with the challenge PASSWORD_VERIFIER. */
export interface PasswordChallenge {
  /** Hexadecimal. */
  readonly salt: string;
  /** Hexadecimal. */
  readonly serverValue: string;
  /** Base64; goes back as it came. */
  readonly secretBlock: string;
  /** The name that the password was set under. */
  readonly userIdForSrp: string;
}

/** One attempt to sign in. The password itself leaves this process in no form. */
export interface SrpAttempt {
  /** `SRP_A`, hexadecimal. */
  readonly clientValue: string;
  /**
   * `PASSWORD_CLAIM_SIGNATURE`, base64.
   * @param timestamp as {@link srpTimestamp} writes it
   * @throws RangeError when the server's value would give the password away
   */
  sign(challenge: PasswordChallenge, password: string, timestamp: string): string;
}

/**
 * @param userPoolId like `eu-central-1_AbCdEfGhI`
 * @param secret random, at least 256 bits; given by tests only
 */
export function beginSrp(userPoolId: string, secret: Buffer = randomBytes(128)): SrpAttempt {
  const poolName = userPoolId.split('_')[1] ?? '';
  const a = toNumber(secret);
  const clientPublic = power(generator, a);
  return {
    clientValue: clientPublic.toString(16),
    sign({ salt, serverValue, secretBlock, userIdForSrp }, password, timestamp) {
      const serverPublic = BigInt(`0x${serverValue}`);
      const u = toNumber(sha256(padded(clientPublic), padded(serverPublic)));
      // Both are what RFC 5054 asks of a client, lest a server that knows nothing learns something.
      if (serverPublic % prime === 0n || u === 0n) throw new RangeError('The server sent an SRP_B of zero.');
      const identity = sha256(Buffer.from(`${poolName}${userIdForSrp}:${password}`));
      const x = toNumber(sha256(padded(BigInt(`0x${salt}`)), identity));
      const base = modulo(serverPublic - multiplier * power(generator, x));
      const shared = power(base, a + u * x);
      const key = hkdfSync('sha256', padded(shared), padded(u), 'Caldera Derived Key', 16);
      return createHmac('sha256', Buffer.from(key))
        .update(poolName + userIdForSrp)
        .update(Buffer.from(secretBlock, 'base64'))
        .update(timestamp)
        .digest('base64');
    },
  };
}

/** `Sat Nov 7 08:05:09 UTC 2026`: Cognito takes no other form, and no padded day. */
export function srpTimestamp(date: Date): string {
  const [weekday, day, month, year, time] = date.toUTCString().replace(',', '').split(' ');
  return `${weekday} ${month} ${Number(day)} ${time} UTC ${year}`;
}

/** Square and multiply; BigInt has no power of its own under a modulus. */
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = modulo(base);
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = modulo(result * square);
    square = modulo(square * square);
  }
  return result;
}

function modulo(value: bigint): bigint {
  return ((value % prime) + prime) % prime;
}

/** Big-endian, with a zero byte in front where the first bit is set, as a signed number has it. */
function padded(value: bigint): Buffer {
  const hex = value.toString(16);
  const even = hex.length % 2 === 1 ? `0${hex}` : hex;
  return Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, 'hex');
}

function toNumber(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`);
}

function sha256(...parts: readonly Buffer[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}
