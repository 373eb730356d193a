import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { processIdentity } from '../../packages/local-servers/process-identity.ts';
import { bucketSettings } from '../audio-way/bucket-settings.ts';

/** The line that `npx chirpsmith start --json` prints when everything listens. Holds secrets of this machine only. */
export const readyShape = z.object({
  event: z.literal('ready'),
  ...processIdentity.shape,
  /** Where everything is kept. */
  home: z.string(),
  /** The page, and the API under `/api`. */
  page: z.string(),
  api: z.string(),
  /** A token of the local issuer, for twelve hours. */
  token: z.string(),
  /** The provider's API. */
  provider: z.string(),
  /** Where the relay is; absent where there is none. The sandbox plays it as well. */
  relay: z.string().optional(),
  /** Only the sandbox's; a real one is never stored. */
  providerKey: z.string().optional(),
  relayKey: z.string().optional(),
  /** Which accounts the keys are of, where a provider is paid: `accountOfKey`. */
  accounts: z
    .object({ PROVIDER_API_KEY: z.string().optional(), RELAY_API_KEY: z.string().optional() })
    .optional(),
  /** No real model is made and nothing is paid. */
  sandbox: z.boolean(),
  /** How it behaves; kind where it is absent. */
  habits: z.enum(['kind', 'realistic']).optional(),
  /** How the provider gets the audio; absent where it reaches the local S3 itself. */
  audio: z
    .object({
      kind: z.enum(['tunnel', 'bucket', 'missing']),
      /** For a person: `https://music.example`, `s3://name/prefix`, or `none`. */
      name: z.string(),
      keep: z.boolean(),
      /** The links server: functions/shared/audio-links.ts. */
      links: z.string(),
      /** What a tunnel is to point at. */
      door: z.string().optional(),
      /** Of a bucket: what else leads there. */
      settings: bucketSettings.optional(),
    })
    .optional(),
  s3: z.string(),
  /** DynamoDB, Secrets Manager and Step Functions. */
  aws: z.string(),
  issuer: z.string(),
  region: z.string(),
  speed: z.number(),
  /** Of `train-model`, and of `upload-batch`. */
  stateMachineArn: z.string(),
  batchMachineArn: z.string(),
  bucket: z.string(),
  /** AWS credentials that may do everything here, and nothing anywhere else. */
  adminKey: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }),
});

export type ReadyInfo = z.infer<typeof readyShape>;

const fileOf = (home: string) => path.join(home, 'stack.json');

/** For the commands that look for a running stack. Readable by its owner only. */
export function writeReadyFile(info: ReadyInfo): void {
  const file = fileOf(info.home);
  writeFileSync(`${file}.new`, `${JSON.stringify(info)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** What the last stack of this home wrote, running or killed; nothing when it ended in good order. */
export function readReadyFile(home: string): ReadyInfo | undefined {
  try {
    return readyShape.parse(JSON.parse(readFileSync(fileOf(home), 'utf8')));
  } catch {
    return undefined;
  }
}

export function removeReadyFile(home: string): void {
  rmSync(fileOf(home), { force: true });
}
