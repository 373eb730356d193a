import { awsErrorWords } from '../../functions/shared/aws-answer.ts';
import { settingsSchema } from '../../functions/shared/settings.ts';
import type { Assembly } from '../../packages/local-aws/assembly.ts';
import type { Credentials } from '../../packages/local-aws/sigv4.ts';
import { keptKey } from '../stack/keys.ts';
import { type AudioWay, type ChosenWay, missingWay, nameOf } from './audio-way.ts';
import { type BucketSettings, settingsOfBucket } from './bucket-settings.ts';
import { createRemoval, isDone, type StoredSession } from './leftovers.ts';
import { startLinksServer } from './links-server.ts';
import { openLocalAudio } from './local-audio.ts';
import { openOwnBucket } from './own-bucket.ts';
import { openPublicDoor } from './public-door.ts';
import { writeKeptUntil } from './published-journal.ts';
import type { Lookup } from './reach.ts';
import type { Pause } from './repeat-request.ts';
import { openTunnel } from './tunnel.ts';

/** What the stack is started with. */
export interface AudioWayOptions {
  readonly chosen: ChosenWay;
  /** Of the person who started the stack. */
  readonly env?: NodeJS.ProcessEnv;
  /** As the provider would fetch; the global one unless given. */
  readonly fetch?: typeof fetch;
  /** Addresses of a host; the system's unless given. */
  readonly lookup?: Lookup;
  /** Waits between attempts to fetch; real time unless given. */
  readonly pause?: Pause;
  /** Of the public door; unless given, the one after the row. */
  readonly doorPort?: number;
}

/** What commands know of the way, as the home has it. */
export interface AudioWayInfo {
  readonly kind: 'tunnel' | 'bucket' | 'missing';
  /** `https://music.example`, `s3://name/prefix`, or `none`. */
  readonly name: string;
  /** Whether a bucket keeps what was put there. */
  readonly keep: boolean;
  /** Where the links server is. A secret. */
  readonly links: string;
  /** What a tunnel is to point at. */
  readonly door?: string;
  /** Of a bucket: what else leads there. */
  readonly settings?: BucketSettings;
}

/**
 * Opens the way that was chosen, and the links server before it.
 * @returns undefined where the provider reaches the local S3 itself
 */
export async function openAudioWay({
  chosen,
  env = {},
  fetch,
  lookup,
  pause,
  openDoor,
  provider,
  s3,
  directory,
  assembly,
  stored,
  logFile,
  log,
}: AudioWayOptions & {
  readonly provider: string;
  readonly s3: {
    readonly url: string;
    readonly region: string;
    readonly credentials: Credentials;
    readonly bucket: string;
  };
  readonly directory: string;
  readonly assembly: Pick<Assembly, 'functions'>;
  /** A session with its tracks; undefined where it is not there any more. */
  stored(sessionId: string): Promise<StoredSession | undefined>;
  /** Opens the public door on its port. */
  openDoor<Door>(open: (port: number) => Promise<Door>): Promise<Door>;
  /** Path of the log, for messages. */
  readonly logFile: string;
  log(line: string): void;
}) {
  if (chosen.kind === 'not needed') return undefined;
  const audio = openLocalAudio(s3);
  const linkMinutes = linkMinutesOf(assembly);
  let door: Awaited<ReturnType<typeof openPublicDoor>> | undefined;
  const open = async (): Promise<AudioWay | undefined> => {
    if (chosen.kind === 'missing') return undefined;
    if (chosen.kind === 'tunnel') {
      const { publicUrl } = chosen;
      // The same after a restart: a link that the provider has not followed yet still works.
      const key = { accessKeyId: 'PUBLICDOOR', secretAccessKey: keptKey(`${directory}-key`) };
      door = await openDoor((port) => openPublicDoor({ port, publicUrl, key, linkMinutes, audio }));
      return openTunnel({ publicUrl, door, audio, provider, fetch, lookup });
    }
    const { open } = audio;
    return openOwnBucket({
      chosen,
      env,
      provider,
      directory,
      linkMinutes,
      open,
      logFile,
      log,
      lookup,
      ...(fetch && { fetch }),
    });
  };
  const way = await open();
  const problem = missingWay(provider);
  const { list, open: openObject } = audio;
  const onError = (error: unknown) => log(`Audio was not removed from ${way?.name}: ${awsErrorWords(error)}`);
  const keptUntil = (sessionId: string, until: number) => writeKeptUntil(directory, sessionId, until);
  const removal = way && createRemoval({ way, stored, linkMinutes, keptUntil, onError });
  const remove = async (sessionId: string) => removal?.remove(sessionId);
  const links = await startLinksServer({
    ...{ way, problem, list, open: openObject, remove, fetch, pause, logFile, log },
  });
  const info: AudioWayInfo = {
    kind: chosen.kind,
    name: nameOf(chosen),
    keep: chosen.kind === 'bucket' && chosen.keep,
    links: links.url,
    ...(door ? { door: door.url } : {}),
    ...(chosen.kind === 'bucket' ? { settings: settingsOfBucket(env) } : {}),
  };
  return {
    info,
    /** A session has another status now: what was put somewhere for it may have to go. */
    sessionChanged({ sessionId, status }: Readonly<Record<string, unknown>>): void {
      if (typeof sessionId === 'string' && isDone(status)) void removal?.remove(sessionId).catch(onError);
    },
    /** Removes what an earlier stack has left and nothing fetches any more. */
    removeLeftovers: async () => removal?.removeLeftovers().catch(onError),
    async close() {
      removal?.close();
      await links.close();
      audio.close();
    },
  };
}

/** Minutes for which a URL for the provider holds, by the stage's settings. */
function linkMinutesOf({ functions }: Pick<Assembly, 'functions'>): number {
  const text = functions.find(({ environment }) => environment.SETTINGS !== undefined)?.environment.SETTINGS;
  return settingsSchema.parse(JSON.parse(text ?? '{}')).urls.download;
}
