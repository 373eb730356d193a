import type { AudioSource } from '../../../functions/domain/session.ts';
import type { WholeSessionStore } from '../../../functions/domain/session-records.ts';
import { prepareSession } from '../../../functions/workflow/prepare-session/prepare-session.ts';
import type { Inspection } from '../../../packages/audio-inspection/inspection.ts';
import { settings, testMoment } from '../../../test-support/session-records.ts';
import { scriptedProvider } from '../../scripted-provider.ts';

export const now = () => testMoment;
export const mp3 = {
  usable: true,
  format: 'MP3',
  extension: 'mp3',
  durationSeconds: 21.5,
} as const satisfies Inspection;
export const text = {
  usable: false,
  problem: 'not-audio',
  reason: 'is text, not audio',
} as const satisfies Inspection;
export const arn = (name: string) => `arn:aws:states:eu-central-1:123456789012:execution:train:${name}`;

/** A bucket in which each key holds what the test says, else an MP3 of its own. */
export function bucketWith(
  special: Record<string, { inspection?: Inspection; sha256?: string; etag?: string; size?: number }> = {},
  hash = async (_source: AudioSource) => '',
) {
  const seen: string[] = [];
  const inspect = async ({ key }: AudioSource) => {
    seen.push(key);
    const found = special[key] ?? {};
    return {
      inspection: found.inspection ?? mp3,
      size: 1000,
      versionId: 'v1',
      sha256: key.padEnd(64, '0'),
      ...found,
    };
  };
  const copied: { from: AudioSource; key: string }[] = [];
  const copy = async (from: AudioSource, key: string) => {
    copied.push({ from, key });
    return { bucket: 'audio', key, versionId: 'copy' };
  };
  return { inspect, seen, hash, copy, copied };
}

/** Runs Prepare session, as an execution of this session does. */
export function prepareIn(
  store: WholeSessionStore,
  sessionId: string,
  options: {
    script?: Parameters<typeof scriptedProvider>[0];
    bucket?: ReturnType<typeof bucketWith>;
    input?: unknown;
    /** Whether the provider can fetch audio; it can unless given. */
    audioWay?: { check(): Promise<void> };
    run?: number;
    /** How any other execution stands. */
    others?: 'running' | 'ended' | 'unknown';
    /** How its own stands; a function runs on when its execution is stopped. */
    own?: 'running' | 'ended';
  },
) {
  const {
    script = { prepare: [{ sessionId: `p-${sessionId}` }] },
    bucket = bucketWith(),
    run = 1,
    others = 'ended',
    own = 'running',
  } = options;
  const scripted = scriptedProvider(script);
  const Name = `${sessionId}-${run}`;
  const deps = {
    store,
    provider: scripted.provider,
    executions: { executionStatus: async (it: string) => (it === arn(Name) ? own : others) },
    inspect: bucket.inspect,
    hash: bucket.hash,
    copy: bucket.copy,
    bucket: 'audio',
    audioWay: options.audioWay ?? { check: async () => {} },
    settings,
    now,
    random: () => 0.5,
  };
  const input = options.input ?? { sessionId };
  return { ...scripted, done: prepareSession({ execution: { Id: arn(Name), Name }, input }, deps) };
}
