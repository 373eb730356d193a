import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { beforeAll, describe, expect, it } from 'vitest';
import { sharedStack, sinceNow, songs, type TestStack } from '../../test-support/local-stack.ts';
import { type Line, linesAbout, metricsIn } from './session-lines.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await sharedStack();
});

describe('what the functions of the template write while a session runs', () => {
  let sessionId: string;
  let about: Map<string, Line[]>;
  let execution: string | undefined;
  beforeAll(async () => {
    sessionId = await stack.upload(songs(6));
    const session = await stack.run(sessionId);
    execution = session.executionArn?.split(':').at(-1);
    await stack.idle();
    about = await linesAbout(stack.home, sessionId);
  });

  it('has session, execution and state in every line of every state', () => {
    const states = [...about.values()].flat().filter((it) => it.route === undefined);
    expect(new Set(states.map(({ state }) => state))).toEqual(
      new Set([
        'Prepare session',
        'Submit upload',
        'Check upload',
        'Enough clips?',
        'Create model',
        'Check training',
      ]),
    );
    // A slice of the tracks is an execution of its own, with a name that Step Functions gives.
    const ofSlice = expect.stringMatching(/^[0-9a-f-]{36}$/);
    for (const it of states) {
      const isInSlice = it.state === 'Submit upload' || it.state === 'Check upload';
      expect(it).toMatchObject({ sessionId, execution: isInSlice ? ofSlice : execution });
    }
  });

  it('has session and route in every line of the API, and the execution as soon as there is one', () => {
    const routes = [...about.values()].flat().filter((it) => it.route !== undefined);
    expect(new Set(routes.map(({ route }) => route))).toContain('POST /sessions/{id}/start');
    const later = routes.filter(({ route, message }) => route !== 'POST /sessions' && message === 'done');
    expect(later.length).toBeGreaterThan(0);
    for (const it of later) expect(it).toMatchObject({ sessionId, execution });
  });

  it('counts the outcome, each call, the checks, the credits and the phases', () => {
    const seen = metricsIn(about);
    const value = (MetricName: string, dimensions: Record<string, string> = {}) =>
      seen.value(
        { Namespace: 'Chirpsmith', MetricName, Dimensions: { stage: 'local', ...dimensions } },
        'Sum',
      );
    expect(value('Sessions', { outcome: 'ready' })).toBe(1);
    expect(value('Sessions', { kind: 'train', outcome: 'ready' })).toBe(1);
    expect(value('ProviderCalls', { call: 'prepare', result: 'ok' })).toBe(1);
    expect(value('ProviderCalls', { call: 'upload', result: 'ok' })).toBe(6);
    expect(value('ProviderCalls', { call: 'create', result: 'ok' })).toBe(1);
    const checks = value('Checks', { task: 'upload' }) + value('Checks', { task: 'training' });
    expect(value('ProviderCalls', { call: 'status', result: 'ok' })).toBe(checks);
    expect(value('ProviderCalls')).toBe(8 + checks);
    expect(value('CreditsSpent')).toBe(106);
    expect(value('CreditsSpent', { task: 'upload' })).toBe(6);
    expect(value('CreditsSpent', { task: 'training' })).toBe(100);
    for (const phase of ['preparing', 'uploading', 'creating', 'training']) {
      expect(value('PhaseSeconds', { kind: 'train', phase }), phase).toBeGreaterThan(0);
    }
  });
});

it('a key that was changed is taken up at once, in the middle of the functions’ five minutes', async () => {
  const { sandbox, ready, assembly } = stack.stack;
  if (!sandbox) throw new Error('These tests run against the sandbox.');
  const secrets = new SecretsManagerClient({
    endpoint: ready.aws,
    region: ready.region,
    credentials: ready.adminKey,
  });
  const change = async (key: string) => {
    sandbox.changeKey(key);
    await secrets.send(new PutSecretValueCommand({ SecretId: assembly.secrets[0]?.name, SecretString: key }));
  };
  const before = sandbox.key;
  try {
    const since = sinceNow(stack);
    await change('another-key-of-the-provider');
    const session = await stack.run(await stack.upload(songs(6)));
    expect(session).toMatchObject({ status: 'ready', creditsSpent: 106 });
    const refused = since.entries().filter(({ status }) => status === 401);
    // Each environment of a function knew the old key, and asked once with it.
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.every(({ taken, credits }) => !taken && credits === 0)).toBe(true);
    expect(since.entries().filter(({ call, taken }) => call === 'create' && taken)).toHaveLength(1);
  } finally {
    await change(before);
    secrets.destroy();
  }
});
