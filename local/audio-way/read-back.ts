import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { AudioObject, AudioWay, AudioWayProblem } from './audio-way.ts';
import { type FetchedLink, fetchAsProvider, firstBytes, otherBytes } from './probe.ts';

/** Bytes that a look at a link compares. */
const lookBytes = 64 * 1024;

/** What is read back through a way. */
export interface LinkToRead extends Pick<FetchedLink, 'fetch' | 'signal'> {
  readonly way: Pick<AudioWay, 'kind' | 'name' | 'advice' | 'ownHeaders'>;
  /** Signed. It is shown nowhere. */
  readonly url: string;
  readonly object: AudioObject;
  /** Opens the file as it is here. */
  open(object: AudioObject): Promise<{ readonly body: Readable; readonly size: number }>;
}

/**
 * Fetches a link whole, as the provider would, and compares length and SHA-256 with what was recorded, or with the file
 * here where no SHA-256 is known.
 * @param onRead gets the bytes that have come, of how many
 * @returns what came instead; undefined when all bytes are right
 * @throws the signal's reason, or what opening the file threw
 */
export async function readBack(
  link: LinkToRead,
  onRead: (sent: number, size: number) => void,
): Promise<AudioWayProblem | undefined> {
  const { body, size } = await link.open(link.object);
  onRead(0, size);
  const known = link.object.sha256;
  const wanted = known ?? (await sha256Of(body));
  body.destroy();
  return ask(link, async (response, host, alive) => {
    const hash = createHash('sha256');
    const first: Uint8Array[] = [];
    let sent = 0;
    for await (const bytes of response.body ?? []) {
      alive();
      hash.update(bytes);
      if (sent < lookBytes) first.push(bytes);
      sent += bytes.length;
      onRead(Math.min(sent, size), size);
      if (sent > size) break;
    }
    if (sent === size && hash.digest('hex') === wanted) return undefined;
    if (isPage(response)) {
      return otherBytes(response, { host, found: Buffer.concat(first), advice: link.way.advice });
    }
    return sent === size
      ? `${host} gave other bytes, of the same length. ${onOtherBytes}`
      : `${host} gave ${sent > size ? 'more than' : `${sent} of`} ${size} bytes. ${onOtherBytes}`;
  });
}

/**
 * Fetches the beginning of a link, as the provider would, and compares it and the length with the file here.
 * @returns and throws as {@link readBack}
 */
export async function lookAtLink(link: LinkToRead): Promise<AudioWayProblem | undefined> {
  const { body, size } = await link.open(link.object);
  const here = await beginningOf(body);
  return ask(link, async (response, host) => {
    const found = await firstBytes(response, here.length);
    if (!found.equals(here)) return otherBytes(response, { host, found, advice: link.way.advice });
    const encoded = response.headers.has('content-encoding');
    const length = Number(response.headers.get('content-length') ?? size);
    if (encoded || length === size) return undefined;
    return `${host} says that it has ${length} bytes of ${size}. ${onOtherBytes}`;
  });
}

const onOtherBytes =
  'Something on the way changes or replaces the audio: a proxy that limits or converts it, or a cache.';

const isPage = (response: Response) => /text|json|xml/.test(response.headers.get('content-type') ?? '');

async function ask(
  { way, url, object, fetch, signal }: LinkToRead,
  compare: Parameters<typeof fetchAsProvider>[1],
): Promise<AudioWayProblem | undefined> {
  const message = await fetchAsProvider(
    { url, advice: way.advice, headers: way.ownHeaders, fetch, signal },
    compare,
  );
  if (message === undefined) return undefined;
  return {
    summary: `"${nameOf(object)}" cannot be fetched through ${way.name}, so nothing more is sent to the provider.`,
    problems: [{ where: way.kind === 'tunnel' ? '--public-url' : '--audio-bucket', message }],
  };
}

const nameOf = ({ key, file }: AudioObject) => file ?? key.split('/').at(-1);

async function sha256Of(body: Readable): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of body) hash.update(bytes);
  return hash.digest('hex');
}

async function beginningOf(body: Readable): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of body) {
    pieces.push(piece);
    size += piece.length;
    if (size >= lookBytes) break;
  }
  body.destroy();
  return Buffer.concat(pieces).subarray(0, lookBytes);
}
