import fc from 'fast-check';
import { hostileDocument, hostileText } from './hostile-values.ts';

/** A request as it goes over the wire. Who asks is a word, so that no counterexample shows a token. */
export interface HostileRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly as: 'owner' | 'stranger' | 'nobody' | 'nonsense';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

const file = { name: 'a.mp3', size: 1000, sha256: 'ab'.repeat(32) };
const session = {
  name: 'Fuzz',
  files: Array.from({ length: 6 }, (_, index) => ({ ...file, sha256: `${index}`.repeat(64) })),
  minClips: 6,
  skipInvalid: false,
  review: true,
};
/** What each route that takes a body is meant to be sent. */
const meant: Readonly<Record<string, readonly object[]>> = {
  'POST /sessions': [session],
  'PUT /sessions/{id}/tracks/{trackId}': [file],
  'POST /sessions/{id}/resume': [{}, { name: 'Other' }],
  'POST /generations': [
    { prompt: 'p', model: 'chirp-v4-tau', persona: 'nobody', dialect: 'relay' },
    { prompt: 'p', fromClip: 'no-clip', uncheckedClip: false },
    { prompt: 'p', model: 'nobody', tags: '', title: 't', negativeTags: 'n', instrumental: true },
  ],
  'POST /personas': [
    { name: 'n', description: 'd', generation: '00000000-0000-4000-8000-000000000000', clip: 'c' },
  ],
  'POST /sessions/{id}/decide': [{ choice: 'check-again' }, { choice: 'abandon' }],
};

/** API Gateway takes 10,240 bytes of request line and headers (documented); it rejects longer ones. */
const longestTarget = 4000;
const longestHeader = 1500;

/** What HTTP cannot carry in a request line is escaped; everything else stays as it is, and as wrong. */
const inPath = (text: string) =>
  Buffer.from(text)
    .toString('latin1')
    .replace(/[^\x21-\x22\x24-\x3e\x40-\x7e]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
/** Likewise in a header's value. */
const inHeader = (text: string) =>
  Buffer.from(text)
    .toString('latin1')
    .replace(/[^\x20-\x7e\xa0-\xff]/g, '')
    .slice(0, longestHeader);

const segment = hostileText.chain((text) =>
  fc.constantFrom(inPath(text), encodeURIComponent(text.toWellFormed())),
);

/** Mostly what a route is meant to be sent, or nearly; else anything, or nothing. */
function bodyFor(key: string): fc.Arbitrary<Buffer | undefined> {
  const valid = meant[key];
  const anything = hostileDocument([session]);
  const nothing = fc.constant(undefined);
  return valid
    ? fc.oneof({ arbitrary: hostileDocument(valid), weight: 8 }, anything, nothing)
    : fc.oneof({ arbitrary: nothing, weight: 3 }, anything);
}

/** @param ids of sessions, or placeholders for them, used where an id belongs */
export function hostileRequests(
  routes: readonly string[],
  ids: readonly string[],
): fc.Arbitrary<HostileRequest> {
  const id = fc.oneof(
    { arbitrary: fc.constantFrom(...ids), weight: 6 },
    { arbitrary: fc.uuid(), weight: 1 },
    { arbitrary: segment, weight: 2 },
  );
  const track = fc.oneof(fc.constantFrom('001', '002', '999', '0', '-1'), segment);
  const onRoute = fc.constantFrom(...routes.filter((key) => key !== '$default')).chain((key) => {
    const [method = '', path = ''] = key.split(' ');
    return fc.record({ id, track, body: bodyFor(key) }).map(({ id, track, body }) => ({
      method,
      path: path.replace('{id}', () => id).replace('{trackId}', () => track),
      body,
    }));
  });
  const anywhere = fc.record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'PROPFIND'),
    path: fc.oneof(
      onRoute.map(({ path }) => path),
      fc.array(segment, { maxLength: 5 }).map((segments) => `/${segments.join('/')}`),
    ),
    body: bodyFor(''),
  });
  const parameter = fc.tuple(fc.oneof(fc.constantFrom('limit', 'cursor', 'next', 'id'), segment), segment);
  const query = fc.oneof(
    { arbitrary: fc.constant(''), weight: 6 },
    {
      arbitrary: fc
        .array(parameter, { maxLength: 3 })
        .map((pairs) => `?${pairs.map(([name, value]) => `${name}=${value}`).join('&')}`),
      weight: 2,
    },
  );
  const header = fc.tuple(
    fc.constantFrom(
      'accept',
      'accept-encoding',
      'origin',
      'cookie',
      'forwarded',
      'x-forwarded-for',
      'x-forwarded-host',
      'x-http-method-override',
      'x-amzn-trace-id',
      'x-amz-security-token',
      'range',
      'if-none-match',
      'user-agent',
      'x-anything',
    ),
    hostileText.map(inHeader),
  );
  const contentType = fc.oneof(
    { arbitrary: fc.constant('application/json'), weight: 8 },
    {
      arbitrary: fc.constantFrom(
        'application/json; charset=utf-16',
        'text/plain',
        'multipart/form-data',
        'application/octet-stream',
        'application/problem+json',
      ),
      weight: 1,
    },
    { arbitrary: hostileText.map(inHeader), weight: 1 },
  );
  return fc
    .record({
      to: fc.oneof({ arbitrary: onRoute, weight: 4 }, { arbitrary: anywhere, weight: 1 }),
      query,
      as: fc.oneof(
        { arbitrary: fc.constantFrom('owner' as const), weight: 8 },
        {
          arbitrary: fc.constantFrom('stranger' as const, 'nobody' as const, 'nonsense' as const),
          weight: 2,
        },
      ),
      type: contentType,
      headers: fc.array(header, { maxLength: 3 }),
    })
    .map(({ to: { method, path, body }, query, as, type, headers }) => ({
      method,
      path: (path + query).slice(0, longestTarget),
      as,
      headers: { 'content-type': type, ...Object.fromEntries(headers) },
      body,
    }));
}
