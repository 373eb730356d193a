import type { CopyAudioDeps } from '../../functions/workflow/copy-audio/copy-audio.ts';
import { downloadAudio } from '../../packages/audio-inspection/download.ts';
import type { AudioBucket } from './audio-bucket.ts';
import type { Step } from './invocations.ts';
import type { CallFault } from './provider.ts';
import type { Wired } from './wire.ts';

/** What a step that writes into the bucket is called. */
export const bucketWrite = 'audio in the bucket';

/** What fetching a clip is called, among the calls. */
export const clipCall = 'audio';

const limits = { maxBytes: 1_000_000, timeoutMs: 40_000 };

/** The clips' audio: the real download from the sandbox, and a bucket; each a step that can be interfered with. */
export function createClipAudio(options: {
  readonly wire: Wired;
  /** Where the sandbox serves. */
  readonly origin: string;
  readonly bucket: AudioBucket;
  step<T>(step: Pick<Step, 'kind' | 'what'>, make: (fault: CallFault | undefined) => Promise<T>): Promise<T>;
}): Pick<CopyAudioDeps, 'download' | 'keep'> {
  const { wire, origin, bucket, step } = options;
  return {
    download: (url) =>
      step({ kind: 'call', what: clipCall }, (fault) =>
        downloadAudio(url, { ...limits, trustedOrigin: origin }, { fetch: broken(wire, fault) }),
      ),
    keep: (key, { bytes }) => step({ kind: 'write', what: bucketWrite }, async () => bucket.keep(key, bytes)),
  };
}

/** The host of the audio is no part of the API: what goes wrong with it is made here. */
function broken(wire: Wired, fault: CallFault | undefined): typeof fetch {
  return async (input, init) => {
    switch (fault?.kind) {
      case 'refused':
        return wire.refuse(input, init);
      case 'reset-before':
        throw new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNRESET' }) });
      case 'timeout-before':
        throw new DOMException('The operation was aborted due to timeout', 'TimeoutError');
      case 'status':
        return new Response(null, { status: fault.status });
      case 'body':
        return new Response(fault.body ?? '');
      case 'half': {
        const whole = await (await wire.fetch(input, init)).arrayBuffer();
        return new Response(whole.slice(0, whole.byteLength / 2));
      }
      default:
        return wire.fetch(input, init);
    }
  };
}
