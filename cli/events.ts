import type { SessionAnswer, SessionListAnswer } from '../functions/api/contract/session.ts';
import type { TimelineAnswer } from '../functions/api/contract/timeline.ts';
import type { TrackAnswer } from '../functions/api/contract/track.ts';
import type { Problem } from '../functions/shared/errors.ts';
import type { Decision } from './api-client.ts';
import type { Finding } from './doctor/finding.ts';
import type { FileEvent } from './file-events.ts';
import type { MusicEvent } from './music-events.ts';
import type { Next } from './next.ts';
import type { Row } from './smoke/world.ts';

/** A track as the last line tells it. */
export type TrackResult = Pick<
  TrackAnswer,
  'trackId' | 'file' | 'status' | 'clipId' | 'duplicateOf' | 'failure'
>;

/** What became of one file of a batch. */
export type FileResult =
  | { readonly file: string; readonly audioId: string }
  | { readonly file: string; readonly reason: string };

type Failure = NonNullable<SessionAnswer['failure']>;

/** What every ending of a session tells. */
export interface EndOfSession {
  readonly sessionId: string;
  readonly name: string;
  readonly creditsSpent: number;
  /** Credits that going on will cost, if nothing has to be sent twice. */
  readonly creditsToCome: number;
  readonly providerCalls: number;
  /** Seconds since the command began; of `status`, from the session's creation to its end. */
  readonly seconds: number;
  readonly tracks: readonly TrackResult[];
}

/** What a dry run was about, and how far it can be believed. */
interface DryRun {
  readonly name: string;
  readonly usable: number;
  readonly credits: number;
  readonly provider: string;
  readonly sandbox: boolean;
  /** Checks that may need a look, by their names. */
  readonly warning: readonly string[];
  /** What only the run itself can show, as ends of a sentence. */
  readonly notTried: readonly string[];
}

/** What is known of an earlier create, before it is called again. */
export type EarlierCreate = 'none' | 'in-doubt' | 'failed' | 'overdue';

/**
 * Everything that the command line has to say, in the order in which it happens. The displays turn it into
 * a terminal's picture, plain lines or JSON lines; `--json` prints these objects as they are.
 * None of them holds a token, a key or a signed URL.
 */
export type CliEvent =
  /** `kept`: not so for a dry run, which leaves nothing behind. */
  | {
      readonly event: 'samples.made';
      readonly folder: string;
      readonly files: number;
      readonly kept: boolean;
    }
  | { readonly event: 'stack.starting'; readonly home: string; readonly speed: number }
  | {
      readonly event: 'stack.started' | 'stack.found';
      readonly pid: number;
      /** Shows sessions and models in a browser. */
      readonly page: string;
      readonly api: string;
      readonly speed: number;
      readonly provider: string;
      readonly sandbox: boolean;
    }
  | {
      readonly event: 'stage.reached';
      readonly stage: string;
      readonly api: string;
      readonly provider: string;
    }
  | {
      readonly event: 'stage.deployed';
      readonly stage: string;
      readonly api: string;
      readonly next: readonly Next[];
    }
  /** `revoked`: the user pool has ended the token too. */
  | {
      readonly event: 'signed-out';
      readonly stage: string;
      readonly user?: string;
      readonly revoked?: boolean;
      readonly next: readonly Next[];
    }
  | { readonly event: 'stack.stopped'; readonly home: string }
  | { readonly event: 'smoke.done'; readonly stage: string; readonly rows: readonly Row[] }
  /** One check of the doctor; `next` is what to do about it. */
  | ({ readonly event: 'doctor.checked'; readonly check: string } & Finding)
  /** The names of its checks by what they came to. */
  | ({ readonly event: 'doctor.done' } & Readonly<Record<Finding['result'], readonly string[]>>)
  | { readonly event: 'note'; readonly message: string; readonly next?: readonly Next[] }
  | {
      readonly event: 'cost';
      readonly uploads: number;
      readonly creditsPerUpload: number;
      readonly creditsForModel: number;
      readonly credits: number;
      readonly provider: string;
      readonly sandbox: boolean;
    }
  /** What a person is about to agree to at a provider that is paid. */
  | {
      readonly event: 'spending';
      readonly what: string;
      /** Its host. */
      readonly provider: string;
      /** By the configured prices; absent where none is documented. */
      readonly credits?: number;
      /** In one run. */
      readonly atMost?: number;
      /** Whose credits they are. */
      readonly account: string;
      /** Credits that the account has. */
      readonly balance?: number;
      readonly balanceUnknown?: string;
      /** The way that the files go. */
      readonly audio?: string;
    }
  | {
      readonly event: 'session.created';
      readonly sessionId: string;
      readonly kind: SessionAnswer['kind'];
      readonly name: string;
      readonly uploads: readonly { readonly trackId: string; readonly file: string; readonly size: number }[];
      readonly duplicates: readonly { readonly file: string; readonly duplicateOf: string }[];
    }
  | {
      readonly event: 'session.started';
      readonly sessionId: string;
      readonly name: string;
      readonly tracks: readonly TrackResult[];
      readonly next: readonly Next[];
    }
  | {
      readonly event: 'session.found';
      readonly sessionId: string;
      readonly kind: SessionAnswer['kind'];
      readonly name: string;
      readonly tracks: readonly TrackResult[];
      /** Where this command has started it. */
      readonly next?: readonly Next[];
    }
  /** These files have a session under this name already; the command goes on with it. */
  | {
      readonly event: 'session.existing';
      readonly sessionId: string;
      readonly name: string;
      readonly status: SessionAnswer['status'];
      readonly next: readonly Next[];
    }
  | {
      readonly event: 'session.preparing' | 'session.uploading' | 'session.creating' | 'session.training';
      readonly sessionId: string;
    }
  | {
      readonly event: 'track.submitted';
      readonly sessionId: string;
      readonly trackId: string;
      readonly file: string;
      readonly attempt: number;
      /** Why the attempt before failed. */
      readonly reason?: string;
    }
  | {
      readonly event: 'track.done';
      readonly sessionId: string;
      readonly trackId: string;
      readonly file: string;
      readonly clipId?: string;
    }
  | {
      readonly event: 'track.failed' | 'track.rejected';
      readonly sessionId: string;
      readonly trackId: string;
      readonly file: string;
      readonly reason: string;
    }
  | ({
      readonly event: 'session.ready';
      readonly modelId: string;
      /** Files that are not in the model, and why. */
      readonly missing?: NonNullable<SessionAnswer['missing']>;
      readonly next: readonly Next[];
    } & EndOfSession)
  /** A batch has come to its end: ids and files in the order of the files. */
  | ({
      readonly event: 'session.uploaded';
      readonly audioIds: readonly string[];
      readonly files: readonly FileResult[];
      /** Where the provider's list of the session's clips and ours are not the same. */
      readonly differences: readonly string[];
      readonly next: readonly Next[];
    } & EndOfSession)
  | ({
      readonly event: 'session.failed' | 'session.needs-decision';
      readonly error: Failure['error'];
      /** The provider's own words where it gave any. */
      readonly reason: string;
      readonly next: readonly Next[];
    } & EndOfSession)
  /** Its clips are there; it waits for a person to approve the price of the training. */
  | ({
      readonly event: 'session.review';
      readonly clips: number;
      readonly next: readonly Next[];
    } & EndOfSession)
  /** `reason` says what was paid and what still runs at the provider. */
  | ({
      readonly event: 'session.cancelled' | 'session.abandoned';
      readonly reason: string;
      readonly next: readonly Next[];
    } & EndOfSession)
  | ({ readonly event: 'session.interrupted'; readonly next: readonly Next[] } & EndOfSession)
  | { readonly event: 'session.open'; readonly sessionId: string; readonly next: readonly Next[] }
  /** Our own `--deadline`; the session goes on. */
  | { readonly event: 'session.deadline'; readonly sessionId: string; readonly next: readonly Next[] }
  /** Ctrl-C; the session goes on if it had been started. */
  | {
      readonly event: 'session.detached';
      readonly sessionId?: string;
      readonly running: boolean;
      readonly next: readonly Next[];
    }
  /** The stack stopped answering while we watched. */
  | {
      readonly event: 'session.lost';
      readonly sessionId: string;
      readonly reason: string;
      readonly next: readonly Next[];
    }
  /** The list: one session, with what can be done with it, and the end. */
  | ({
      readonly event: 'session.listed';
      readonly actions: SessionAnswer['actions'];
      /** Since it was created. */
      readonly ageSeconds: number;
    } & SessionListAnswer['sessions'][number])
  | { readonly event: 'sessions.listed'; readonly count: number; readonly next: readonly Next[] }
  /** A session's current state. */
  | ({
      readonly event: 'session.status';
      readonly next: readonly Next[];
      /** What happened to it; absent where the stage does not tell it, or nobody asked for it. */
      readonly timeline?: TimelineAnswer;
    } & SessionAnswer)
  /** The report of a session is in a file. */
  | {
      readonly event: 'report.written';
      readonly sessionId: string;
      readonly file: string;
      /** Bytes. */
      readonly size: number;
    }
  /** Where the page shows a session; `opened` in a browser, where this machine has one. */
  | {
      readonly event: 'session.address';
      readonly sessionId: string;
      readonly url: string;
      readonly opened: boolean;
    }
  /** What a training costs that is about to be agreed to. */
  | {
      readonly event: 'price';
      readonly sessionId: string;
      readonly kind: SessionAnswer['kind'];
      readonly clips: number;
      readonly credits: number;
      /** What is known of a create that was called before. */
      readonly earlier: EarlierCreate;
      readonly provider: string;
      readonly sandbox: boolean;
    }
  /** A run was begun by a person's word. */
  | {
      readonly event: 'session.resumed' | 'session.approved' | 'session.decided';
      readonly sessionId: string;
      readonly kind: SessionAnswer['kind'];
      readonly name: string;
      readonly status: SessionAnswer['status'];
      readonly choice?: Decision;
      /** It was under way already; nothing was begun a second time. */
      readonly already: boolean;
      readonly creditsSpent: number;
      readonly creditsToCome: number;
      readonly next: readonly Next[];
    }
  | {
      readonly event: 'session.deleting';
      readonly sessionId: string;
      readonly name: string;
      /** Versions of files deleted so far. */
      readonly files: number;
      readonly tracks: number;
    }
  | {
      readonly event: 'session.deleted';
      readonly sessionId: string;
      readonly name: string;
      readonly files: number;
      /** The model that the provider keeps. */
      readonly modelId?: string;
      readonly next: readonly Next[];
    }
  /** One of the things that a dry run tries; `next` is what to do about it. */
  | ({ readonly event: 'dry-run.checked'; readonly check: string } & Finding)
  | ({ readonly event: 'dry-run.passed'; readonly next: readonly Next[] } & DryRun)
  /** `failed`: for what the run would be refused, by the names of the checks. */
  | ({ readonly event: 'dry-run.failed'; readonly failed: readonly string[] } & DryRun)
  | FileEvent
  | MusicEvent
  | {
      readonly event: 'input.rejected';
      readonly message: string;
      readonly problems: readonly Problem[];
      readonly usable?: number;
      readonly needed?: number;
      readonly next?: readonly Next[];
    }
  | {
      readonly event: 'error';
      readonly message: string;
      /** What belongs to it, line by line: the end of a log, a trace. */
      readonly lines?: readonly string[];
      readonly problems?: readonly Problem[];
      readonly next?: readonly Next[];
    };

/** Bytes of one file sent so far; not part of the JSON lines. */
export interface UploadProgress {
  readonly trackId: string;
  readonly file: string;
  readonly sent: number;
  readonly size: number;
}
