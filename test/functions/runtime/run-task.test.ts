import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { sessionIdOf } from '../../../functions/domain/session-id.ts';
import { logger } from '../../../functions/observability/log.ts';
import { runTask } from '../../../functions/runtime/run-task.ts';
import type { TaskSpec } from '../../../functions/runtime/spec.ts';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';

const spec = {
  name: 'Count clips',
  lambda: { timeoutSeconds: 10 },
  uses: [],
  input: z.object({ clips: z.number(), more: z.object({ deep: z.string() }).optional() }),
} as const satisfies TaskSpec;
const execution = { Id: 'arn:aws:states:eu-central-1:123456789012:execution:train:run-1', Name: 'run-1' };
const context = { awsRequestId: 'request-1' } as Context;

/** Lines of log, as CloudWatch gets them, without what every line of the house has. */
let lines: Record<string, unknown>[];
const level = logger.getLevelName();
beforeEach(() => {
  lines = [];
  logger.setLogLevel('INFO');
  const write = (text: unknown) => {
    const { timestamp, service, sampling_rate, ...line } = JSON.parse(String(text));
    lines.push(line);
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(write);
  vi.spyOn(process.stderr, 'write').mockImplementation(write);
});
afterEach(() => {
  vi.restoreAllMocks();
  logger.setLogLevel(level);
});

/** Runs a task with this work on an event. */
const run = (event: unknown, work: (input: unknown) => Promise<unknown> = async () => ({}), more = {}) =>
  runTask({ ...spec, ...more }, work, {})(event, context);

describe('a task of a machine', () => {
  it('gets what the machine calls its input, and answers what the work answers', async () => {
    const answer = await run({ execution, input: { clips: 6, unknown: 1 } }, async (input) => ({ input }));
    expect(answer).toEqual({ input: { clips: 6 } });
  });

  it('gets the whole event where its spec says so, and where no execution is in it', async () => {
    const echo = async (input: unknown) => ({ input });
    const whole = { execution, input: { clips: 6 } };
    const input = z.looseObject({});
    expect(await run(whole, echo, { input, wholeEvent: true })).toEqual({ input: whole });
    expect(await run({ clips: 7 }, echo)).toEqual({ input: { clips: 7 } });
  });

  it.each([
    ['by its name', { clips: 'six' }, 'clips'],
    ['by its path where it is in another', { clips: 6, more: { deep: 1 } }, 'more.deep'],
    ['as the input where that is no object', 'six', 'input'],
  ])('names the field that it cannot use, %s', async (_, given, where) => {
    await expect(run({ execution, input: given })).rejects.toMatchObject({
      name: 'BadInput',
      message: expect.stringContaining('The input of "Count clips" cannot be used.'),
      problems: [{ where, message: expect.stringContaining('Invalid input') }],
    });
  });

  it('lets out an error of the closed set as it is, and names every other, for the machine matches names', async () => {
    const refused = new ChirpsmithError('ProviderRefused', 'no');
    await expect(run({ execution, input: { clips: 1 } }, () => Promise.reject(refused))).rejects.toBe(
      refused,
    );
    const busy = Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
    await expect(run({ execution, input: { clips: 1 } }, () => Promise.reject(busy))).rejects.toMatchObject({
      name: 'StorageUnavailable',
    });
  });
});

describe('the lines of log of a task', () => {
  const about = { state: 'Count clips', requestId: 'request-1' };

  it('are found by session, track, execution, state and request', async () => {
    await run({ execution, input: { sessionId: 'session', trackId: '001', clips: 6 } });
    const ids = { sessionId: 'session', trackId: '001', execution: 'run-1' };
    expect(lines).toEqual([{ level: 'INFO', message: 'done', ...about, ...ids }]);
  });

  it("are found by the session that the execution stands for, where a person's input names none yet", async () => {
    await run({ execution, input: { clips: 6 } });
    const ids = { sessionId: sessionIdOf(execution.Id), execution: 'run-1' };
    expect(lines).toEqual([{ level: 'INFO', message: 'done', ...about, ...ids }]);
  });

  it('name no session and no execution where a schedule runs it, nor those of the run before', async () => {
    await run({ execution, input: { sessionId: 'session', trackId: '001', clips: 6 } });
    await run({ clips: 6 });
    expect(lines[1]).toEqual({ level: 'INFO', message: 'done', ...about });
  });

  it.each<[string, unknown, object]>([
    ['with the verdict of the answer', { verdict: 'waiting', clips: 6 }, { verdict: 'waiting' }],
    ['without one where the answer has none', { clips: 6 }, {}],
    ['also where there is no answer', undefined, {}],
    ['also where the answer is null', null, {}],
    ['also where the answer is a text', 'verdict', {}],
  ])('say that it is done, %s', async (_, answer, verdict) => {
    await run({ clips: 6 }, async () => answer);
    expect(lines).toEqual([{ level: 'INFO', message: 'done', ...about, ...verdict }]);
  });

  it('say the name and the reason of what failed it', async () => {
    const work = () => Promise.reject(new ChirpsmithError('ProviderThrottled', 'ask again later'));
    await expect(run({ clips: 6 }, work)).rejects.toThrow();
    expect(lines).toEqual([
      { level: 'ERROR', message: 'ProviderThrottled', reason: 'ask again later', ...about },
    ]);
  });
});
