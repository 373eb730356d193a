/** Longest path that is shown, in characters. */
const longestPath = 80;

/**
 * Where a redirect leads.
 * @param location as the server gave it
 * @returns its origin, or its path where that is the one that was asked; undefined for none
 */
export function redirectOf(
  location: string | null | undefined,
  asked: string | URL,
): { readonly to: string; readonly isSameAddress: boolean } | undefined {
  const from = new URL(asked);
  const target = URL.parse(location ?? '', from.href);
  if (!location || !target) return undefined;
  const isSameAddress = target.origin === from.origin;
  return { to: isSameAddress ? target.pathname.slice(0, longestPath) : target.origin, isSameAddress };
}

/** Of CERT_NOT_YET_VALID: nearly always the clock here is behind. */
export const notYetValid = (host: string) =>
  `By this machine's clock the certificate of ${host} is not valid yet. If the clock is behind, let it be set by the network (NTP).`;
