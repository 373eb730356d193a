import type { AudioProblem } from '../packages/audio-inspection/inspection.ts';
import type { Next } from './next.ts';

/** What happens to the files of a person: here, on their way to the bucket, and in a bucket of the person's own. */
export type FileEvent =
  | { readonly event: 'files.found'; readonly files: readonly string[] }
  | { readonly event: 'file.skipped'; readonly file: string; readonly reason: string }
  | {
      readonly event: 'file.checked';
      readonly file: string;
      /** Bytes. */
      readonly size: number;
      readonly format: string;
      readonly durationSeconds: number;
      readonly warning?: string;
      /** The file that it was converted from, which stays as it is. */
      readonly convertedFrom?: string;
      /** An earlier file with the same bytes: this one is not uploaded. */
      readonly duplicateOf?: string;
    }
  | {
      readonly event: 'file.rejected';
      readonly file: string;
      readonly problem: AudioProblem | 'unreadable';
      readonly reason: string;
    }
  /** Copies in a bucket of the person's own that could not be deleted, or cannot yet. */
  | {
      readonly event: 'audio.left';
      readonly sessionId: string;
      /** `s3://name/prefix` */
      readonly from: string;
      readonly files: number;
      readonly reason?: string;
      readonly next: readonly Next[];
    }
  | {
      readonly event: 'audio.deleted';
      readonly sessionId: string;
      readonly from: string;
      readonly files: number;
    }
  | {
      readonly event: 'file.upload-retried';
      readonly trackId: string;
      readonly file: string;
      readonly attempt: number;
      readonly reason: string;
    }
  | {
      readonly event: 'file.uploaded';
      readonly trackId: string;
      readonly file: string;
      readonly size: number;
    }
  /** It is where the provider can fetch it: in the person's own bucket. */
  | {
      readonly event: 'file.copied';
      readonly trackId: string;
      readonly file: string;
      readonly size: number;
      readonly to: string;
    }
  | {
      readonly event: 'file.upload-failed';
      readonly trackId: string;
      readonly file: string;
      readonly reason: string;
    }
  | {
      readonly event: 'track.replaced';
      readonly sessionId: string;
      readonly trackId: string;
      readonly file: string;
      /** The file that was there before. */
      readonly instead: string;
      readonly next: readonly Next[];
    };
