import { settingsSchema } from '../../functions/shared/settings.ts';
import type { Assembly } from '../../packages/local-aws/assembly.ts';
import type { Credentials } from '../../packages/local-aws/sigv4.ts';
import { type AudioWay, type ChosenWay, missingWay, nameOf } from './audio-way.ts';
import { isDone, removeLeftovers } from './leftovers.ts';
import { startLinksServer } from './links-server.ts';
import { openLocalAudio } from './local-audio.ts';
import { openOwnBucket } from './own-bucket.ts';

/** What the stack is started with. */
export interface AudioWayOptions {
  readonly chosen: ChosenWay;
  /** Of the person who started the stack. */
  readonly env?: NodeJS.ProcessEnv;
  /** As the provider would fetch; the global one unless given. */
  readonly fetch?: typeof fetch;
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
}

/**
 * Opens the way that was chosen, and the links server before it.
 * @returns undefined where the provider reaches the local S3 itself
 */
export async function openAudioWay({
  chosen,
  env = {},
  fetch,
  provider,
  s3,
  directory,
  assembly,
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
  log(line: string): void;
}) {
  if (chosen.kind === 'not needed') return undefined;
  const audio = openLocalAudio(s3);
  const open = async (): Promise<AudioWay | undefined> => {
    if (chosen.kind === 'missing') return undefined;
    if (chosen.kind === 'tunnel') throw new Error('The public door is not built yet.');
    const { open } = audio;
    const linkMinutes = linkMinutesOf(assembly);
    return openOwnBucket({
      chosen,
      env,
      provider,
      directory,
      linkMinutes,
      open,
      log,
      ...(fetch && { fetch }),
    });
  };
  const way = await open();
  const links = await startLinksServer({ way, problem: missingWay(provider), list: audio.list, log });
  const info: AudioWayInfo = {
    kind: chosen.kind,
    name: nameOf(chosen),
    keep: chosen.kind === 'bucket' && chosen.keep,
    links: links.url,
  };
  const reportRemoval = (error: unknown) =>
    log(
      `Audio was not removed from ${way?.name}: ${error instanceof Error ? error.message : 'an unknown error'}`,
    );
  return {
    info,
    /** A session has another status now: what was put somewhere for it may have to go. */
    sessionChanged({ sessionId, status }: Readonly<Record<string, unknown>>): void {
      if (!way || typeof sessionId !== 'string' || !isDone(status)) return;
      way.remove(sessionId).catch(reportRemoval);
    },
    /** Removes what an earlier stack has left of sessions that are done. */
    async removeLeftovers(statusOf: Parameters<typeof removeLeftovers>[1]): Promise<void> {
      if (way) await removeLeftovers(way, statusOf).catch(reportRemoval);
    },
    async close() {
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
