import type { Download } from '../../packages/audio-inspection/download.ts';
import type { RelayHere } from '../domain/dialect-rules.ts';
import type { Executions } from '../domain/executions.ts';
import type { CopyTrack, HashTrack, InspectTrack } from '../domain/inspect-track.ts';
import type { ModelStore } from '../domain/model.ts';
import type { PersonaStore } from '../domain/persona.ts';
import type { Here } from '../domain/provider-origin.ts';
import type { AudioSource, Track } from '../domain/session.ts';
import type { SessionLists, SessionNotes, SessionRemoval, SessionStore } from '../domain/session-records.ts';
import type { Inbox } from '../event-handlers/start-from-manifest/inbox.ts';
import type { Dialect, MusicProvider, TrainingProvider } from '../provider/provider.ts';
import type { AudioUnderWay, LookedAt } from '../shared/audio-links.ts';
import type { Variable } from '../shared/environment.ts';
import { type EventType, eventTypes } from '../shared/event-types.ts';
import { inboxFolders } from '../shared/inbox-folders.ts';
import { audioPrefix, musicPrefix } from '../shared/object-folders.ts';
import type { Settings } from '../shared/settings.ts';
import type { SessionKind } from '../shared/state-contracts.ts';
import type { FileLists } from '../storage/file-list.ts';
import type { PartUploads } from '../storage/part-uploads.ts';
import type { RequestStore } from '../storage/request-store.ts';
import type { SessionContents } from '../storage/session-contents.ts';
import type { SessionFiles } from '../storage/session-files.ts';
import type { UploadUrls } from '../storage/upload-urls.ts';
import { type Capability, capability, type Permission } from './capability.ts';

/** Every write reads as well: when its condition fails, it looks whether it was itself that wrote. */
const table = (
  ...actions: ('GetItem' | 'Query' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'BatchWriteItem')[]
): Permission => ({
  on: 'table',
  actions: actions.map((action) => `dynamodb:${action}`),
});

/** Each change of a session's status is published on the event bus. */
const statusEvents: Permission = {
  on: 'event bus',
  actions: ['events:PutEvents'],
  event: eventTypes.sessionStatusChanged,
};

const providerKey: Permission = { on: 'provider key', actions: ['secretsmanager:GetSecretValue'] };
/** The key itself is in no variable. */
const providerCalls = <Calls extends keyof TrainingProvider>() =>
  capability<{ provider: Pick<TrainingProvider, Calls> }>(
    ['PROVIDER_BASE_URL', 'PROVIDER_CREDITS_URL', 'PROVIDER_SECRET'],
    providerKey,
  );

/** Both dialects, the second where a relay is configured. */
const dialectCalls = <Calls extends keyof MusicProvider>() =>
  capability<{ providerOf: (dialect: Dialect) => Pick<MusicProvider, Calls> }>(
    ['PROVIDER_BASE_URL', 'PROVIDER_CREDITS_URL', 'PROVIDER_SECRET', 'RELAY_BASE_URL', 'RELAY_SECRET'],
    providerKey,
    { on: 'relay key', actions: ['secretsmanager:GetSecretValue'] },
  );

const machineVariables = {
  train: 'STATE_MACHINE_ARN',
  batch: 'BATCH_MACHINE_ARN',
  music: 'MUSIC_MACHINE_ARN',
} as const satisfies Record<SessionKind, Variable>;

const ofExecutions = <Calls extends keyof Executions>(kind: SessionKind, action: string) =>
  capability<{ executions: Pick<Executions, Calls> }>([machineVariables[kind]], {
    on: `executions ${kind}`,
    actions: [`states:${action}`],
    reason: 'Executions of this one machine; each is made at run time.',
  });
const seesRuns = (kind: SessionKind) => ofExecutions<'executionStatus'>(kind, 'DescribeExecution');
const stopsRuns = (kind: SessionKind) => ofExecutions<'stop'>(kind, 'StopExecution');

const startsRuns = (kind: SessionKind) => {
  const { environment, allow } = seesRuns(kind);
  return capability<{ executions: Pick<Executions, 'arnOf' | 'start' | 'startOf' | 'executionStatus'> }>(
    environment,
    ...allow,
    {
      on: `machine ${kind}`,
      actions: ['states:StartExecution'],
    },
  );
};

const anyAudio = 'Console input may name any object of the audio bucket.';
const keysOfTracks = 'Sessions and tracks are made at run time, so their keys are not known here.';
const keysOfClips = 'Music and its clips are made at run time, so their keys are not known here.';
const readsAudio: Permission = {
  on: 'bucket/*',
  actions: ['s3:GetObject', 's3:GetObjectVersion'],
  reason: anyAudio,
};
const putsAudio: Permission = {
  on: `bucket/${audioPrefix}*`,
  actions: ['s3:PutObject'],
  reason: keysOfTracks,
};
/** Without it S3 answers 403 for an object that is not there, and hides what is wrong. */
const listsBucket: Permission = { on: 'bucket', actions: ['s3:ListBucket'] };

const foldersOfInbox = 'The folders of the inbox are made by the people who upload.';

/** A bus that takes one type of event. */
interface BusOf<Type extends EventType> {
  put(type: Type, detail: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<void>;
}

/**
 * Everything that the functions can do, each thing once: what the work is given (the type), the variables, the
 * permissions. A spec names what its function uses, and gets nothing else.
 */
export const capabilities = {
  /** ISO moments. */
  clock: capability<{ now: () => string }>(),
  /** Milliseconds since the epoch. */
  'clock.milliseconds': capability<{ now: () => number }>(),
  /** How much faster than the wall's clock waits run (1 in AWS). */
  'clock.speed': capability<{ speed: number }>(),
  /** Waits so many seconds. */
  sleep: capability<{ sleep: (seconds: number) => Promise<void> }>(),
  fetch: capability<{ fetch: typeof fetch }>(),
  random: capability<{ random: () => number }>(),
  /** Limits, schedules, prices, lifetimes. */
  settings: capability<{ settings: Settings }>(['SETTINGS']),

  'sessions.read': capability<{ store: Pick<SessionStore, 'requireSession' | 'requireTrack'> }>(
    ['TABLE_NAME'],
    table('GetItem'),
  ),
  /** A session with all its tracks. */
  'sessions.readWhole': capability<{ store: Pick<SessionStore, 'read' | 'require'> }>(
    ['TABLE_NAME'],
    table('Query'),
  ),
  /** The tracks of a session page by page, and what is counted of them. */
  'sessions.readTracks': capability<{ store: Pick<SessionStore, 'readTracks' | 'tallyTracks'> }>(
    ['TABLE_NAME'],
    table('Query'),
  ),
  /** A session with its tracks page by page, and what is counted of them. */
  'sessions.readPages': capability<{ store: Pick<SessionStore, 'readWithTracks' | 'tallyTracks'> }>(
    ['TABLE_NAME'],
    table('GetItem', 'Query'),
  ),
  /** The sessions that should be running, and those that wait for their start. */
  'sessions.listRunning': capability<{ store: Pick<SessionLists, 'listRunning' | 'listNotStarted'> }>(
    ['TABLE_NAME'],
    { on: 'table/underWay', actions: ['dynamodb:Query'] },
  ),
  /** The sessions of one owner, newest first. */
  'sessions.list': capability<{ store: Pick<SessionLists, 'list'> }>(['TABLE_NAME'], {
    on: 'table/byOwner',
    actions: ['dynamodb:Query'],
  }),
  'sessions.remove': capability<{ store: SessionRemoval }>(
    ['TABLE_NAME'],
    table('DeleteItem', 'BatchWriteItem'),
  ),
  /** Sessions of another provider are refused as soon as they are read; for functions that call none. */
  'sessions.ofThisPlace': capability(['PROVIDER_BASE_URL', 'RELAY_BASE_URL']),
  'sessions.create': capability<{ store: Pick<SessionStore, 'create'> }>(
    ['TABLE_NAME', 'EVENT_BUS', 'EVENT_SOURCE'],
    table('GetItem', 'PutItem'),
    statusEvents,
  ),
  'sessions.update': capability<{ store: Pick<SessionStore, 'updateSession' | 'changeSession'> }>(
    ['TABLE_NAME', 'EVENT_BUS', 'EVENT_SOURCE'],
    table('GetItem', 'UpdateItem'),
    statusEvents,
  ),
  /** Changes of a session that leave its status alone, so that there is nothing to tell. */
  'sessions.note': capability<{ store: SessionNotes }>(['TABLE_NAME'], table('GetItem', 'UpdateItem')),
  'tracks.add': capability<{ store: Pick<SessionStore, 'addTracks'> }>(
    ['TABLE_NAME'],
    table('GetItem', 'PutItem'),
  ),
  'tracks.update': capability<{ store: Pick<SessionStore, 'updateTrack'> }>(
    ['TABLE_NAME'],
    table('GetItem', 'UpdateItem'),
  ),
  /** Writing down whose an id of the provider's is. */
  'ids.claim': capability<{ store: Pick<SessionStore, 'claimId'> }>(
    ['TABLE_NAME'],
    table('GetItem', 'PutItem'),
  ),
  /** Reading whose an id of the provider's is. */
  'ids.find': capability<{ store: Pick<SessionStore, 'findId'> }>(['TABLE_NAME'], table('GetItem')),
  /** How long the provider's tasks took lately, and adding to it. */
  'durations.read': capability<{ store: Pick<SessionStore, 'recentDurations'> }>(
    ['TABLE_NAME'],
    table('Query'),
  ),
  'durations.add': capability<{ store: Pick<SessionStore, 'addDurations'> }>(
    ['TABLE_NAME'],
    table('GetItem', 'PutItem', 'UpdateItem'),
  ),
  'models.register': capability<{ models: Pick<ModelStore, 'register'> }>(
    ['TABLE_NAME'],
    table('GetItem', 'PutItem'),
  ),

  'models.list': capability<{ models: Pick<ModelStore, 'list'> }>(['TABLE_NAME'], table('Query')),
  'personas.list': capability<{ personas: Pick<PersonaStore, 'list'> }>(['TABLE_NAME'], table('Query')),
  'personas.write': capability<{ personas: Pick<PersonaStore, 'find' | 'put'> }>(
    ['TABLE_NAME'],
    table('GetItem', 'PutItem'),
  ),
  /** Requests by their idempotency keys. */
  requests: capability<{ requests: RequestStore }>(['TABLE_NAME'], table('GetItem', 'PutItem')),
  /** Which session there is for a content. */
  'contents.claim': capability<{ contents: Pick<SessionContents, 'claim' | 'find'> }>(
    ['TABLE_NAME'],
    table('GetItem', 'PutItem'),
  ),
  'contents.forget': capability<{ contents: Pick<SessionContents, 'forget'> }>(
    ['TABLE_NAME'],
    table('DeleteItem'),
  ),
  /** Where the provider and the relay are, to compare records with it; no call is made. */
  place: capability<{ here: Here }>(['PROVIDER_BASE_URL', 'RELAY_BASE_URL']),

  /** Signing URLs for putting audio where sessions keep it. */
  'uploads.sign': capability<{ uploads: UploadUrls }>(['AUDIO_BUCKET'], putsAudio),
  /** Uploads in parts: seeing what is there, going on, ending them. */
  'uploads.inParts': capability<{ parts: Pick<PartUploads, 'isThere' | 'goOn'> }>(
    ['AUDIO_BUCKET'],
    putsAudio,
    {
      on: `bucket/${audioPrefix}*`,
      actions: ['s3:GetObject', 's3:ListMultipartUploadParts'],
      reason: keysOfTracks,
    },
    listsBucket,
  ),
  /** Deleting all versions of a session's audio for good. */
  'audio.delete': capability<{ files: SessionFiles }>(
    ['AUDIO_BUCKET'],
    ...[`${audioPrefix}*`, `${musicPrefix}*`].flatMap((keys): Permission[] => [
      { on: 'bucket', actions: ['s3:ListBucketVersions'], keys },
      { on: `bucket/${keys}`, actions: ['s3:DeleteObjectVersion'], reason: keysOfTracks },
    ]),
    { on: `bucket/${audioPrefix}*`, actions: ['s3:AbortMultipartUpload'], reason: keysOfTracks },
  ),
  /** The audio bucket's name. */
  'audio.bucket': capability<{ bucket: string }>(['AUDIO_BUCKET']),
  /** Looking into audio, in the version that was seen first; and copying it beside, under a better name. */
  'audio.inspect': capability<{ inspect: InspectTrack; hash: HashTrack; copy: CopyTrack }>(
    [],
    readsAudio,
    listsBucket,
    putsAudio,
  ),
  /** Asking whether the provider can fetch audio from here, before anything is sent to it. */
  'audio.reach': capability<{ audioWay: { check(): Promise<unknown> } }>(),
  /** Asking whether it can fetch one object, after it could not use it. */
  'audio.look': capability<{
    audioWay: {
      look(
        object: AudioSource & Pick<Track, 'sha256'> & { readonly sessionId: string; readonly file: string },
      ): Promise<LookedAt>;
    };
  }>(),
  /** Finding where the bytes of a track are, and signing a URL for reading them. */
  'audio.offer': capability<{
    downloads: {
      /** On one machine the audio may still be on its way to where the provider can fetch it. */
      get(
        object: AudioSource & Pick<Track, 'sha256'> & { readonly sessionId: string; readonly file: string },
      ): Promise<string | AudioUnderWay>;
    };
    /** Its pinned version, or another with the same bytes; undefined when they are gone. */
    find: (object: AudioSource, bytes: Pick<Track, 'size' | 'sha256'>) => Promise<AudioSource | undefined>;
  }>(['AUDIO_BUCKET'], readsAudio, listsBucket),

  'provider.open': providerCalls<'prepare' | 'openBatch' | 'credits'>(),
  /** Asking for the balance, which costs nothing. */
  'provider.credits': providerCalls<'credits'>(),
  'provider.upload': providerCalls<'upload' | 'addToBatch'>(),
  /** The call that costs 100 credits. */
  'provider.create': providerCalls<'create' | 'readKey'>(),
  'provider.status': providerCalls<'status'>(),

  /** Is a relay configured, and what names one? */
  relay: capability<{ relay: RelayHere }>(['RELAY_BASE_URL']),
  /** The call that costs about 40 credits. */
  'music.request': dialectCalls<'generate' | 'credits' | 'readKey'>(),
  'music.status': dialectCalls<'status'>(),
  /** Getting the audio behind a link of a dialect's, or what is wrong with it. */
  'clips.download': capability<{ download: (url: string, dialect: Dialect) => Promise<Download> }>([
    'PROVIDER_BASE_URL',
    'RELAY_BASE_URL',
  ]),
  'persona.make': dialectCalls<'persona'>(),
  /** Signing URLs for reading the audio of clips. */
  'clips.link': capability<{ downloads: { get(object: { key: string }): Promise<string> } }>(
    ['AUDIO_BUCKET'],
    { on: `bucket/${musicPrefix}*`, actions: ['s3:GetObject'], reason: keysOfClips },
  ),
  /** Putting the audio of a clip into the bucket. */
  'clips.keep': capability<{
    keep: (key: string, audio: { bytes: Uint8Array; extension: string }) => Promise<void>;
  }>(['AUDIO_BUCKET'], {
    on: `bucket/${musicPrefix}*`,
    actions: ['s3:PutObject'],
    reason: keysOfClips,
  }),

  /** Reading which files the manifest of a batch means. */
  'fileLists.read': capability<{ lists: Pick<FileLists, 'read'> }>(['AUDIO_BUCKET'], {
    on: `bucket/${audioPrefix}*/files.*.json`,
    actions: ['s3:GetObject'],
    reason: 'Sessions are made at run time, so the keys of their lists are not known here.',
  }),

  /** Writing down which files a manifest means, where they are more than an execution takes. */
  'fileLists.write': capability<{ lists: Pick<FileLists, 'write'> }>(['AUDIO_BUCKET'], {
    on: `bucket/${audioPrefix}*/files.*.json`,
    actions: ['s3:PutObject'],
    reason: 'Sessions are made at run time, so the keys of their lists are not known here.',
  }),

  /**
   * Listing the folders of the inbox, reading manifests, writing and deleting the files of ours beside them. What is not
   * listed is never asked for: with a listing that is allowed for a prefix only, S3 answers 403 for it, not 404.
   */
  inbox: capability<{ inbox: Inbox }>(
    ['AUDIO_BUCKET'],
    { on: 'bucket', actions: ['s3:ListBucket'], keys: 'inbox/*' },
    { on: 'bucket/inbox/*/manifest*.json', actions: ['s3:GetObject'], reason: foldersOfInbox },
    ...['error', 'late'].map((name): Permission => {
      const actions = ['s3:PutObject', 's3:DeleteObject'];
      return { on: `bucket/inbox/*/manifest.${name}.json`, actions, reason: foldersOfInbox };
    }),
    { on: 'bucket/inbox/*/manifest.started.json', actions: ['s3:PutObject'], reason: foldersOfInbox },
    // Beside a manifest in no folder, or in a folder that is nearly the inbox.
    ...inboxFolders.map((folder): Permission => {
      const on = `bucket/${folder}*manifest.error.json` as const;
      return { on, actions: ['s3:PutObject'], reason: foldersOfInbox };
    }),
  ),
  /** Whose the sessions of the inbox are. */
  'inbox.owner': capability<{ owner: string }>(['INBOX_OWNER']),
  /** Telling that a manifest was refused. */
  'events.manifestRejected': capability<{ bus: BusOf<typeof eventTypes.manifestRejected> }>(
    ['EVENT_BUS', 'EVENT_SOURCE'],
    { on: 'event bus', actions: ['events:PutEvents'], event: eventTypes.manifestRejected },
  ),
  /** Where events are sent, and what signs them. */
  webhook: capability<{ url: string; secret: () => Promise<string> }>(['WEBHOOK_URL', 'WEBHOOK_SECRET'], {
    on: 'webhook secret',
    actions: ['secretsmanager:GetSecretValue'],
  }),

  'trainings.start': startsRuns('train'),
  'batches.start': startsRuns('batch'),
  'music.start': startsRuns('music'),
  'trainings.see': seesRuns('train'),
  'batches.see': seesRuns('batch'),
  'music.see': seesRuns('music'),
  'trainings.stop': stopsRuns('train'),
  'batches.stop': stopsRuns('batch'),
  'music.stop': stopsRuns('music'),
} satisfies Record<string, Capability>;

export type CapabilityName = keyof typeof capabilities;

type Given<Name extends CapabilityName> = NonNullable<(typeof capabilities)[Name]['gives']>;
type Both<Union> = (Union extends unknown ? (it: Union) => void : never) extends (it: infer All) => void
  ? All
  : never;

/** What the work of a function is given that uses these. */
export type DepsOf<Name extends CapabilityName> = Both<Given<Name>>;
