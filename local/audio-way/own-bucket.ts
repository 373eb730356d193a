import type { Readable } from 'node:stream';
import { ChirpsmithError } from '../../functions/shared/errors.ts';
import type { AudioObject, AudioWay, ChosenWay } from './audio-way.ts';

/** What the stack gives to a bucket of one's own: `openAudioWay` in open-audio-way.ts calls it, at the start. */
export interface OwnBucketOptions {
  readonly chosen: Extract<ChosenWay, { kind: 'bucket' }>;
  /** Where credentials, region and AWS_ENDPOINT_URL_S3 come from: that of the person who started the stack. */
  readonly env: NodeJS.ProcessEnv;
  /** Base URL of the provider's API. */
  readonly provider: string;
  /** For what is to be remembered over a restart: a folder of its own in the home, which may not exist yet. */
  readonly directory: string;
  /** Minutes for which a URL for the provider holds: `urls.download` of the stage's settings. */
  readonly linkMinutes: number;
  /** Opens an object of the local bucket, from a byte on. */
  open(object: AudioObject, from?: number): Promise<{ readonly body: Readable; readonly size: number }>;
  /** One line for the stack's log; never with a signed URL. */
  log(line: string): void;
  /** As the provider would fetch; the global one unless given. */
  readonly fetch?: typeof fetch;
}

/**
 * Nothing is asked of the bucket before {@link AudioWay.check}, so that a stack starts without a network.
 * @throws ChirpsmithError BadInput when credentials or region are not there at all
 */
export async function openOwnBucket(_options: OwnBucketOptions): Promise<AudioWay> {
  throw new ChirpsmithError('BadInput', 'A bucket of your own is not built yet.', {
    problems: [{ where: '--audio-bucket', message: 'Use --public-url for now.' }],
  });
}
