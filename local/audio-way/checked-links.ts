import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { AudioUnderWay, LinkedAudio, LookedAt } from '../../functions/shared/audio-links.ts';
import { ChirpsmithError } from '../../functions/shared/errors.ts';
import type { AudioObject, AudioWay, AudioWayProblem } from './audio-way.ts';
import { lookAtLink, readBack } from './read-back.ts';
import { type Pause, pause } from './repeat-request.ts';

/** Files that are read back at the same time: more would take the line from the provider. */
const filesAtOnce = 4;
/** Milliseconds for which a request for a link waits for the reading; after it the answer says how far that is. */
const waitMs = 8000;
/** Milliseconds for which a file that was read whole counts; its beginning is looked at again each time. */
const goodForMs = 60 * 60_000;
/** Milliseconds between the attempts: a line that fails for a moment is no broken way. */
const pauses = [1000, 4000];

interface Reading {
  sent: number;
  size: number;
  readonly ended: Promise<AudioWayProblem | undefined>;
  /** By this machine's monotonic clock. */
  goodSince?: number;
}

export interface CheckedLinksOptions {
  readonly way: AudioWay;
  /** Opens an object of the local bucket at its first byte. */
  open(object: AudioObject): Promise<{ readonly body: Readable; readonly size: number }>;
  /** As the provider would fetch. */
  readonly fetch?: typeof fetch | undefined;
  readonly pause?: Pause | undefined;
  readonly signal: AbortSignal;
}

/**
 * Links that were tried: before the provider is paid for a track, the track itself was read through the way, whole, and
 * had the right bytes.
 */
export function checkedLinks({ way, open, fetch, pause: wait = pause, signal }: CheckedLinksOptions) {
  const readings = new Map<string, Reading>();
  const inTurn = turns(filesAtOnce);

  /** Tries again what may pass, so that one lost connection ends no session. */
  const repeatedly = async (attempt: () => Promise<AudioWayProblem | undefined>) => {
    for (const ms of [...pauses, undefined]) {
      const problem = await attempt();
      if (problem === undefined || ms === undefined) return problem;
      await wait(ms, signal);
    }
    return undefined;
  };
  const linkTo = (url: string, object: AudioObject) => ({ way, url, object, open, fetch, signal });

  function begin(url: string, object: AudioObject): Reading {
    const onRead = (sent: number, size: number) => void Object.assign(reading, { sent, size });
    const reading: Reading = {
      sent: 0,
      size: object.size ?? 0,
      ended: inTurn(() => repeatedly(() => readBack(linkTo(url, object), onRead))).then((problem) => {
        if (problem === undefined) reading.goodSince = performance.now();
        return problem;
      }),
    };
    reading.ended.catch(() => {}); // Thrown to the request that asks next.
    return reading;
  }

  return {
    /**
     * A signed URL whose bytes are right, or how far the copying or the reading is.
     * @throws ChirpsmithError AudioUnreachable when something else comes back, or what the way throws
     */
    async get(sessionId: string, object: AudioObject): Promise<LinkedAudio | AudioUnderWay> {
      const link = await way.link(sessionId, object);
      if (!('url' in link)) return link;
      const id = JSON.stringify([sessionId, object.key, object.versionId, object.sha256]);
      const known = readings.get(id);
      if (known?.goodSince !== undefined && performance.now() - known.goodSince < goodForMs) {
        refuse(await repeatedly(() => lookAtLink(linkTo(link.url, object))));
        return link;
      }
      const reading = known?.goodSince === undefined && known ? known : begin(link.url, object);
      readings.set(id, reading);
      const { ended } = reading;
      try {
        const found = await Promise.race([
          ended.then((problem) => ({ problem })),
          delay(waitMs, undefined, { ref: false }),
        ]);
        if (!found) return { sent: reading.sent, size: reading.size };
        if (found.problem) readings.delete(id);
        refuse(found.problem);
      } catch (error) {
        readings.delete(id);
        throw error;
      }
      return link;
    },
    /**
     * After the provider could not use a track: does its link bring the file now?
     * @returns whether the provider has fetched it, where the way can see that
     * @throws ChirpsmithError AudioUnreachable when something else comes back, or what the way throws
     */
    async look(sessionId: string, object: AudioObject): Promise<LookedAt> {
      const fetched = way.fetched?.(object);
      const link = await way.link(sessionId, object);
      if ('url' in link) refuse(await repeatedly(() => lookAtLink(linkTo(link.url, object))));
      return { fetched };
    },
  };
}

function refuse(problem: AudioWayProblem | undefined): void {
  if (problem) throw new ChirpsmithError('AudioUnreachable', problem.summary, problem);
}

/** Runs works in their order, so many at a time. */
function turns(limit: number) {
  let free = limit;
  const waiting: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free--;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
