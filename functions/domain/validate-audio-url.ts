/** Query parameters of signed URLs, in lower case: the holder of such a URL may fetch, for a while. */
const signatures = new Set([
  'access_token',
  'api_key',
  'apikey',
  'auth',
  'authorization',
  'awsaccesskeyid',
  'hmac',
  'jwt',
  'key-pair-id',
  'password',
  'policy',
  'sas',
  'secret',
  'sig',
  'sign',
  'signature',
  'token',
  'x-amz-credential',
  'x-amz-security-token',
  'x-amz-signature',
  'x-goog-credential',
  'x-goog-signature',
]);

/** Longest URL, in characters (a choice; what the provider takes is undocumented). */
const longest = 2048;

/**
 * Audio elsewhere on the web, for the provider to fetch: `https` only and without a password. Signed URLs are
 * rejected: they expire before a resumed session does and must not be stored.
 * @returns the problem, in a message that repeats only names of the URL; or the URL, and the name of
 *   its file, which may be shown
 */
export function readAudioUrl(text: string): { problem: string } | { url: string; file: string } {
  if (text.length > longest)
    return { problem: `has ${text.length} characters: at most ${longest} are taken` };
  const url = URL.parse(text);
  if (url?.protocol !== 'https:' || /\s/.test(text)) {
    return { problem: 'is neither s3://bucket/key nor an https URL' };
  }
  if (url.username !== '' || url.password !== '') {
    return { problem: 'holds a user or a password, which would be written down: leave them out' };
  }
  const signed = [...url.searchParams.keys()].find((name) => signatures.has(name.toLowerCase()));
  if (signed !== undefined) {
    const instead = 'copy the file into the audio bucket, or give a URL that stays';
    return { problem: `is signed (${signed}), so it ends and is not to be written down: ${instead}` };
  }
  return { url: text, file: decoded(url.pathname.split('/').at(-1) ?? '').slice(0, 255) || url.hostname };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
