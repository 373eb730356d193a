import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { Readable } from 'node:stream';
import { NoSuchKey } from '@aws-sdk/client-s3';
import { defaultPort, portOf } from '../ports.ts';
import { type AudioWayProblem, type ChosenWay, nameOf } from './audio-way.ts';
import { openOwnBucket } from './own-bucket.ts';
import { openPublicDoor, type ServedAudio } from './public-door.ts';
import { openTunnel } from './tunnel.ts';

export interface TriedWay {
  readonly problem?: AudioWayProblem | undefined;
  readonly note?: string | undefined;
}

/** Minutes for which the link to a probe holds. */
const linkMinutes = 10;

/**
 * Tries a way while no stack runs: opens it, fetches a probe through it as the provider would, and closes it. For a tunnel
 * it listens on the port of the public door meanwhile.
 * @param options.firstPort of the row
 * @returns what is wrong with it, and what to do; or what a person should know of it
 * @throws the system's error when the port of the door is taken
 */
export async function tryWay({
  chosen,
  env,
  home,
  provider,
  firstPort = defaultPort,
  signal,
  fetch,
}: {
  readonly chosen: Extract<ChosenWay, { kind: 'tunnel' | 'bucket' }>;
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  readonly provider: string;
  readonly firstPort?: number | undefined;
  readonly signal: AbortSignal;
  readonly fetch: typeof globalThis.fetch;
}): Promise<TriedWay> {
  const open = async () => {
    if (chosen.kind === 'tunnel') {
      const { publicUrl } = chosen;
      const audio = probeOnly();
      const key = { accessKeyId: 'PUBLICDOOR', secretAccessKey: randomBytes(24).toString('hex') };
      const port = portOf('the public door', firstPort);
      const door = await openPublicDoor({ port, publicUrl, key, linkMinutes, audio });
      return openTunnel({ publicUrl, door, audio, provider, fetch });
    }
    return openOwnBucket({
      chosen,
      env,
      provider,
      linkMinutes,
      fetch,
      directory: path.join(home, 'audio-way'),
      open: () => Promise.reject(new Error(`Nothing but a probe goes to ${nameOf(chosen)}.`)),
      logFile: path.join(home, 'log', 'audio-way.log'),
      log: () => {},
    });
  };
  const way = await open();
  try {
    const problem = await way.check(signal);
    return { problem, note: way.note?.() };
  } finally {
    await way.close();
  }
}

/** What the door serves: the probe, from memory. */
function probeOnly(): ServedAudio & Pick<Parameters<typeof openTunnel>[0]['audio'], 'putProbe'> {
  const objects = new Map<string, Buffer>();
  return {
    bucket: 'probe',
    region: 'us-east-1',
    client: {
      async send({ input }) {
        const bytes = objects.get(input.Key ?? '');
        if (!bytes) {
          throw new NoSuchKey({ message: 'There is no such probe.', $metadata: { httpStatusCode: 404 } });
        }
        return {
          Body: Readable.from([bytes]),
          ContentLength: bytes.length,
          ContentType: input.ResponseContentType,
        };
      },
    },
    async putProbe() {
      const key = `probe/${randomBytes(12).toString('hex')}.wav`;
      const bytes = randomBytes(4096);
      objects.set(key, bytes);
      return { key, bytes, remove: async () => void objects.delete(key) };
    },
  };
}
