import {
  type AudioRemoval,
  type AudioUnderWay,
  audioFault,
  audioRefusal,
  audioRemoval,
  audioUnderWay,
  checkedWay,
  type LookedAt,
  linkedAudio,
  lookedAt,
  type Publication,
  publication,
} from '../shared/audio-links.ts';
import { ChirpsmithError } from '../shared/errors.ts';

/** Milliseconds for a link, which is read back for 8 s at most, and for a probe, which goes out and comes back. */
const linkMs = 20_000;
const probeMs = 90_000;
/** For a person who waits for the end of a session; the removal goes on after it. */
const removalMs = 15_000;

/** What a link leads to. */
interface LinkedObject {
  readonly sessionId: string;
  readonly key: string;
  readonly versionId?: string | undefined;
  /** The file's own name. */
  readonly file?: string | undefined;
  /** As it is on record, in hex. */
  readonly sha256?: string | undefined;
}

function queryOf({ sessionId, key, versionId, file, sha256 }: LinkedObject): URLSearchParams {
  const given = { session: sessionId, key, version: versionId, file, sha256 };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) if (value !== undefined) query.append(name, value);
  return query;
}

/**
 * Links to audio by the local stack, for a provider that cannot reach the local S3.
 * @param url of its links server; it holds a secret
 */
export function createAudioLinks({
  url,
  fetch = globalThis.fetch,
}: {
  url: string;
  fetch?: typeof globalThis.fetch;
}) {
  async function ask(method: 'GET' | 'POST', path: string, timeoutMs: number): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(`${url}/${path}`, { method, signal: AbortSignal.timeout(timeoutMs) });
    } catch {
      // No cause: fetch puts the URL into its errors' texts.
      throw new ChirpsmithError('StorageUnavailable', 'The local stack does not answer for links to audio.');
    }
    if (response.status === 409) {
      const { summary, problems } = audioRefusal.parse(await response.json());
      throw new ChirpsmithError('AudioUnreachable', summary, { problems });
    }
    if (response.ok) return response;
    if (response.status === 410) throw new ChirpsmithError('Cancelled', 'The session is done.');
    const { data } = audioFault.safeParse(await response.json().catch(() => undefined));
    const words = `The local stack answered ${response.status} when it was asked for links to audio${data?.log === undefined ? '.' : `; its log is ${data.log}.`}`;
    throw new ChirpsmithError('StorageUnavailable', words);
  }

  async function publicationBy(
    method: 'GET' | 'POST',
    sessionId: string,
    trackIds: readonly string[] = [],
  ): Promise<Publication> {
    const query = new URLSearchParams({ session: sessionId });
    for (const trackId of trackIds) query.append('track', trackId);
    return publication.parse(await (await ask(method, `publication?${query}`, linkMs)).json());
  }

  return {
    /**
     * A signed URL, made now, whose bytes were read back and are right; or how far the copying or reading is.
     * @throws ChirpsmithError AudioUnreachable in the way's words; StorageUnavailable
     */
    async get(object: LinkedObject): Promise<string | AudioUnderWay> {
      const response = await ask('GET', `link?${queryOf(object)}`, linkMs);
      const body: unknown = await response.json();
      return response.status === 202 ? audioUnderWay.parse(body) : linkedAudio.parse(body).url;
    },
    /**
     * Fetches the beginning of an object as the provider would, after the provider could not use it.
     * @returns whether the provider has fetched it, where that can be seen
     * @throws ChirpsmithError AudioUnreachable when other bytes come, in the way's words; StorageUnavailable
     */
    async look(object: LinkedObject): Promise<LookedAt> {
      return lookedAt.parse(await (await ask('POST', `look?${queryOf(object)}`, linkMs)).json());
    },
    /**
     * Fetches a probe as the provider would.
     * @param options.fresh now: a good one of the last minutes does not count
     * @returns what a person should know of a way that works
     * @throws ChirpsmithError AudioUnreachable in the way's words; StorageUnavailable
     */
    async check({ fresh = false }: { fresh?: boolean } = {}): Promise<string | undefined> {
      const path = fresh ? 'check?fresh' : 'check';
      return checkedWay.parse(await (await ask('POST', path, probeMs)).json()).note;
    },
    /**
     * Begins to copy the files of a session's tracks, or goes on with it; `publication` says how far that is.
     * @throws ChirpsmithError AudioUnreachable in the way's words; Cancelled when the session has ended meanwhile; StorageUnavailable
     */
    publish: (sessionId: string, trackIds: readonly string[]) => publicationBy('POST', sessionId, trackIds),
    publication: (sessionId: string) => publicationBy('GET', sessionId),
    /**
     * Deletes what was copied for a session, and waits for it, unless the provider may still fetch it.
     * @throws ChirpsmithError AudioUnreachable in the way's words; StorageUnavailable when it takes too long
     */
    async remove(sessionId: string): Promise<AudioRemoval> {
      const query = new URLSearchParams({ session: sessionId });
      return audioRemoval.parse(await (await ask('POST', `removal?${query}`, removalMs)).json());
    },
  };
}
