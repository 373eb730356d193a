const form = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** @returns nanoseconds since the epoch, or undefined when the text is no timestamp of RFC 3339 with T and Z */
export function parseTimestamp(text: unknown): bigint | undefined {
  const match = typeof text === 'string' ? form.exec(text) : null;
  if (!match) return undefined;
  const [, date, time, fraction = '', offset] = match;
  // A day or hour that does not exist, such as 30 February, rolls over; then the text is not what comes back.
  const plain = new Date(`${date}T${time}Z`);
  if (Number.isNaN(plain.getTime()) || !plain.toISOString().startsWith(`${date}T${time}`)) return undefined;
  const moment = Date.parse(`${date}T${time}${offset}`);
  if (Number.isNaN(moment)) return undefined;
  return BigInt(moment) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}
