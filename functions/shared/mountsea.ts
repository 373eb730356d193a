/** The provider, and where it tells the credits of the account that a key belongs to (documented). */
export const mountSea = {
  baseUrl: 'https://api.mountsea.ai',
  creditsUrl: 'https://dk.mountsea.ai/api-user/credits',
} as const;

/** The service for the balance at this provider; undefined where none is documented. */
export function creditsUrlOf(baseUrl: string): string | undefined {
  return URL.parse(baseUrl)?.host === new URL(mountSea.baseUrl).host ? mountSea.creditsUrl : undefined;
}
