import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defaultSettings, settingsSchema } from '../../functions/shared/settings.ts';
import {
  failureState,
  preparedBatchState,
  reconcileClipsState,
} from '../../functions/shared/state-contracts.ts';
import { definitionsOf } from '../../infra/asl-definitions.ts';
import {
  batchRepetitions,
  childrenQuota,
  historyQuota,
  largestBatchResult,
  largestBatchState,
  longestBatch,
  stateQuota,
  worstBatch,
  worstFile,
  worstHistory,
} from '../../infra/workflows/history-budget.ts';
import { stateOf, statesOf } from './definition.ts';
import { synthesized, tuned } from './synthesized.ts';

const { app } = synthesized(tuned);
const definition = definitionsOf(app).get('chirpsmith-local-upload-batch');
const tasks = statesOf(definition).filter(([, { Type }]) => Type === 'Task');

describe('upload-batch', () => {
  test('has its states, three of them those by which a track is uploaded', () => {
    expect(
      statesOf(definition)
        .map(([name, { Type }]) => `${Type} ${name}`)
        .sort(),
    ).toEqual([
      'Choice Batch prepared?',
      'Choice Clips reconciled?',
      'Choice Upload finished?',
      'Fail Batch failed',
      'Map Upload files',
      'Pass File failed',
      'Pass File uploaded',
      'Succeed Batch ready',
      'Task Check upload',
      'Task Inspect file',
      'Task Prepare batch',
      'Task Reconcile clips',
      'Task Record failure',
      'Task Submit upload',
      'Wait Wait for list',
      'Wait Wait for provider',
      'Wait Wait for upload',
    ]);
  });

  test('gives each file a Standard execution of its own, as many at a time as configured, and keeps no result', () => {
    expect(stateOf(definition, 'Upload files')).toMatchObject({
      ItemsPath: '$.tracks',
      ItemSelector: { 'sessionId.$': '$.sessionId', 'trackId.$': '$$.Map.Item.Value' },
      ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } },
      MaxConcurrency: 7,
      ToleratedFailurePercentage: 100,
      ResultSelector: {},
      ResultPath: '$.tracks',
    });
    for (const name of ['File uploaded', 'File failed']) {
      expect(stateOf(definition, name)).toMatchObject({ Parameters: {}, End: true });
    }
  });

  test.each(tasks)('%s has a timeout and ordered policies, and none that hides the rest', (_, state) => {
    expect(state.TimeoutSeconds).toBeGreaterThan(30);
    const errors = (state.Retry ?? []).flatMap(({ ErrorEquals }) => ErrorEquals);
    expect(errors[0]).toBe('Lambda.TooManyRequestsException');
    expect(errors).toEqual(
      expect.arrayContaining(['StorageUnavailable', 'RecordConflict', 'States.Timeout']),
    );
    expect(errors).toHaveLength(new Set(errors).size);
    expect(errors).not.toContain('States.ALL');
  });

  test('by policy, only opening the session is repeated for the provider', () => {
    const waiting = tasks.filter(([, { Retry = [] }]) =>
      Retry.some(({ ErrorEquals }) => ErrorEquals.some((name) => name.startsWith('Provider'))),
    );
    expect(waiting.map(([name]) => name)).toEqual(['Prepare batch']);
  });

  test('every error outside a file is recorded before the run fails with it', () => {
    for (const name of ['Prepare batch', 'Upload files', 'Reconcile clips']) {
      expect(stateOf(definition, name).Catch).toEqual([
        { ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Record failure' },
      ]);
    }
    expect(stateOf(definition, 'Record failure').Next).toBe('Batch failed');
  });

  test('asks for the list again after a wait', () => {
    expect(stateOf(definition, 'Clips reconciled?')).toMatchObject({
      Choices: [{ Variable: '$.verdict', StringEquals: 'waiting', Next: 'Wait for list' }],
      Default: 'Batch ready',
    });
    expect(stateOf(definition, 'Wait for list')).toMatchObject({
      SecondsPath: '$.wait',
      Next: 'Reconcile clips',
    });
  });
});

describe("the service's limits, for as many files as can be configured", () => {
  const most = settingsSchema.parse({ limits: { maxBatchFiles: 20_000, batchConcurrency: 1000 } });
  const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
  const repeated = (name: string) =>
    (stateOf(definition, name).Retry ?? []).reduce((sum, { MaxAttempts }) => sum + MaxAttempts, 0);

  test('are computed from as many repetitions as the machine has', () => {
    expect(batchRepetitions).toEqual({
      prepareBatch: repeated('Prepare batch'),
      inspectFile: repeated('Inspect file'),
      submitUpload: repeated('Submit upload'),
      checkUpload: repeated('Check upload'),
      reconcileClips: repeated('Reconcile clips'),
      recordFailure: repeated('Record failure'),
    });
  });

  test('events: those of one file, and those of the batch, however many its files are', () => {
    expect(worstFile(most)).toBeLessThan(historyQuota / 10);
    expect(worstBatch(most)).toBeLessThan(1000);
    expect(worstBatch(most)).toBe(worstBatch(defaultSettings));
    // What can be configured for a training (held at synth) leaves a single file far below.
    expect(worstFile(most)).toBeLessThan(worstHistory(most));
  });

  test('executions at once', () => {
    expect(most.limits.batchConcurrency).toBeLessThanOrEqual(childrenQuota);
    expect(() => settingsSchema.parse({ limits: { batchConcurrency: 10_001 } })).toThrow();
    expect(() => settingsSchema.parse({ limits: { maxBatchFiles: 20_001 } })).toThrow();
  });

  const sessionId = 's'.repeat(64);
  const tracks = Array.from({ length: 20_000 }, (_, index) => String(index + 1).padStart(5, '0'));
  const position = { sessionId, wait: 99_999, refusals: 99, verdict: 'waiting' } as const;

  test('bytes of the state, which holds nothing of a file but its id', () => {
    const state = preparedBatchState.parse({ ...position, tracks });
    expect(bytes(state)).toBeLessThanOrEqual(largestBatchState(most));
    expect(largestBatchState(most)).toBeLessThan(stateQuota);
    expect(largestBatchState(defaultSettings)).toBeLessThan(stateQuota / 3);
  });

  test("bytes of what the files' executions leave", () => {
    expect(bytes(tracks.map(() => ({})))).toBeLessThanOrEqual(largestBatchResult(most));
    expect(largestBatchResult(most)).toBeLessThan(stateQuota / 4);
  });

  test('bytes into Record failure, with the longest cause that a function can bring, in Chinese', () => {
    const error = { Error: 'E'.repeat(256), Cause: '洞'.repeat(32_768) };
    const execution = { Id: 'i'.repeat(256), Name: 'n'.repeat(80) };
    const compared = { ...reconcileClipsState.parse({ sessionId, wait: 60, waited: 60 }), tracks: {} };
    const failure = failureState.parse({ execution, input: { ...compared, error }, error });
    expect(bytes(failure)).toBeLessThan(stateQuota);
  });

  test('its own timeout comes after all deadlines, and within a year', () => {
    const { TimeoutSeconds } = z.object({ TimeoutSeconds: z.number() }).parse(definition);
    expect(TimeoutSeconds).toBeGreaterThan(
      Math.ceil(10_000 / 7) * defaultSettings.schedules.upload.deadline + 3600,
    );
    const one = settingsSchema.parse({ limits: { maxBatchFiles: 20_000, batchConcurrency: 1 } });
    expect(longestBatch(one)).toBeLessThanOrEqual(365 * 24 * 3600);
  });
});
