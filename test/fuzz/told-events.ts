import type { CliEvent } from '../../cli/events.ts';
import type { SessionAnswer } from '../../functions/api/contract.ts';

/** Stands where a text of somebody else's comes in: a file's name, the provider's words, an address, an id. */
export const foreign = '~foreign~';

const sessionId = '3f2a6c1e-0000-4000-8000-000000000000';
const failure = { error: 'ProviderRefused', reason: `The provider says: ${foreign}` } as const;
const tracks: SessionAnswer['tracks'] = [
  { trackId: '001', file: foreign, status: 'failed', attempts: 2, failure: { ...failure, permanent: true } },
  { trackId: '002', file: foreign, status: 'done', attempts: 1, clipId: foreign },
  { trackId: '003', file: foreign, status: 'duplicate', duplicateOf: '002', attempts: 0 },
];
const session: SessionAnswer = {
  sessionId,
  kind: 'train',
  name: foreign,
  status: 'failed',
  startedBy: 'console',
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
  minClips: 6,
  creditsSpent: 2,
  creditsToCome: 101,
  actions: ['resume'],
  decisions: [{ choice: 'create-again', by: foreign, at: '2026-01-01T00:00:00Z' }],
  providerCalls: 3,
  failure,
  tracks,
};
const next = [
  { words: `Another file for ${foreign}:`, command: `npm run replace -- ${sessionId} ${foreign}` },
];
const problems = [{ where: foreign, message: foreign }];
const end = {
  sessionId,
  name: foreign,
  creditsSpent: 1,
  creditsToCome: 1,
  providerCalls: 1,
  seconds: 1,
  tracks,
};
const paid = { provider: foreign, sandbox: false };
const clip = { clipId: foreign, file: foreign, size: 1, format: foreign, durationSeconds: 1 };
const persona = {
  personaId: foreign,
  name: foreign,
  description: foreign,
  status: 'made',
  dialect: 'mountsea',
  clipId: foreign,
  sessionId,
  calls: 1,
  createdAt: '2026-01-01T00:00:00Z',
} as const;

/** Everything that can be told with a text of somebody else's in it, in an order in which it may come. */
export const toldEvents: readonly CliEvent[] = [
  { event: 'samples.made', folder: foreign, files: 8, kept: true },
  { event: 'files.found', files: [foreign, foreign] },
  { event: 'file.skipped', file: foreign, reason: foreign },
  {
    event: 'file.checked',
    file: foreign,
    size: 1,
    format: foreign,
    durationSeconds: 9,
    warning: foreign,
  },
  { event: 'file.checked', file: foreign, size: 1, format: 'MP3', durationSeconds: 9, duplicateOf: foreign },
  { event: 'file.rejected', file: foreign, problem: 'unreadable', reason: foreign },
  { event: 'stack.starting', home: foreign, speed: 20 },
  { event: 'stack.started', pid: 1, api: foreign, speed: 20, ...paid },
  { event: 'stage.reached', stage: 'prod', api: foreign, provider: foreign },
  { event: 'stage.deployed', stage: 'prod', api: foreign, next },
  { event: 'signed-out', stage: 'prod', user: foreign, revoked: false },
  { event: 'note', message: foreign },
  { event: 'cost', uploads: 2, creditsPerUpload: 1, creditsForModel: 100, credits: 102, ...paid },
  {
    event: 'session.created',
    sessionId,
    kind: 'train',
    name: foreign,
    uploads: [
      { trackId: '001', file: foreign, size: 1 },
      { trackId: '002', file: foreign, size: 1 },
    ],
    duplicates: [{ file: foreign, duplicateOf: foreign }],
  },
  { event: 'file.upload-retried', trackId: '001', file: foreign, attempt: 1, reason: foreign },
  { event: 'file.uploaded', trackId: '001', file: foreign, size: 1 },
  { event: 'file.upload-failed', trackId: '002', file: foreign, reason: foreign },
  { event: 'session.started', sessionId, name: foreign, tracks, next },
  { event: 'session.found', sessionId, kind: 'train', name: foreign, tracks },
  { event: 'track.submitted', sessionId, trackId: '001', file: foreign, attempt: 2 },
  { event: 'track.done', sessionId, trackId: '002', file: foreign, clipId: foreign },
  { event: 'track.failed', sessionId, trackId: '001', file: foreign, reason: foreign },
  { event: 'session.training', sessionId },
  { event: 'session.ready', ...end, modelId: foreign },
  {
    event: 'session.uploaded',
    ...end,
    audioIds: [foreign],
    files: [
      { file: foreign, audioId: foreign },
      { file: foreign, reason: foreign },
    ],
    differences: [`1 clip not on the provider's own list: ${foreign}`],
    next,
  },
  { event: 'session.failed', ...end, error: 'ProviderRefused', reason: foreign, next },
  { event: 'session.cancelled', ...end, reason: foreign, next },
  { event: 'session.lost', sessionId, reason: foreign, next },
  { event: 'session.listed', ...session, ageSeconds: 3 },
  { event: 'session.status', ...session, next },
  {
    event: 'session.status',
    ...session,
    kind: 'music',
    music: {
      dialect: 'mountsea',
      model: foreign,
      modelName: foreign,
      prompt: foreign,
      tags: foreign,
      instrumental: false,
      persona: { personaId: foreign, clipId: foreign, name: foreign },
      clips: [],
    },
    next,
  },
  { event: 'price', sessionId, clips: 8, credits: 100, earlier: 'none', ...paid },
  {
    event: 'session.resumed',
    sessionId,
    name: foreign,
    status: 'preparing',
    already: false,
    creditsSpent: 1,
    creditsToCome: 1,
    next,
  },
  { event: 'session.deleted', sessionId, name: foreign, files: 2, modelId: foreign },
  { event: 'track.replaced', sessionId, trackId: '001', file: foreign, instead: foreign, next },
  { event: 'dry-run.passed', name: foreign, usable: 6, credits: 106, ...paid },
  { event: 'music.cost', model: foreign, persona: foreign, dialect: 'mountsea', credits: 40, ...paid },
  { event: 'music.started', sessionId, name: foreign, model: foreign, persona: foreign, dialect: 'relay' },
  { event: 'clip.saved', sessionId, ...clip },
  {
    event: 'music.ready',
    sessionId,
    name: foreign,
    model: foreign,
    clipIds: [foreign],
    clips: [clip],
    creditsSpent: 40,
    providerCalls: 2,
    seconds: 1,
  },
  {
    event: 'model.listed',
    ageSeconds: 1,
    modelId: foreign,
    name: foreign,
    sessionId,
    createdAt: '2026-01-01T00:00:00Z',
    credits: 100,
    files: [foreign],
  },
  { event: 'models.listed', count: 1, warning: foreign },
  { event: 'persona.cost', name: foreign, sessionId, dialect: 'mountsea', ...paid },
  { event: 'persona.ready', ...persona },
  { event: 'persona.listed', ageSeconds: 1, ...persona },
  { event: 'input.rejected', message: foreign, problems },
  { event: 'error', message: foreign, lines: [foreign], problems, next },
  { event: 'stack.stopped', home: foreign },
];
