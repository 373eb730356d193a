import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sharedStack, sinceNow, songs, type TestStack } from '../workflow/local-stack.ts';
import { seenMetrics } from './seen-metrics.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await sharedStack();
});

type Line = Record<string, unknown>;
const line = z.record(z.string(), z.unknown());

/** What the functions of the template have written about a session, once they have written all. */
async function linesAbout(sessionId: string): Promise<Map<string, Line[]>> {
  const directory = path.join(stack.home, 'log');
  for (;;) {
    const files = readdirSync(directory).filter((name) => /^chirpsmith-local-.*\.log$/.test(name));
    const all = files.map((name) => {
      const texts = readFileSync(path.join(directory, name), 'utf8').split('\n').filter(Boolean);
      const parsed = texts.map((text) => line.parse(JSON.parse(text)));
      return [name, parsed.filter((it) => it.sessionId === sessionId)] as const;
    });
    const isOver = all.some(([, lines]) => lines.some((it) => it.outcome !== undefined));
    if (isOver) return new Map(all.filter(([, lines]) => lines.length > 0));
    // The local runtime gathers lines for a moment.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('what the functions of the template write while a session runs', () => {
  let sessionId: string;
  let about: Map<string, Line[]>;
  let execution: string | undefined;
  beforeAll(async () => {
    sessionId = await stack.upload(songs(6));
    const session = await stack.run(sessionId);
    execution = session.executionArn?.split(':').at(-1);
    await stack.idle();
    about = await linesAbout(sessionId);
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
    for (const it of states) expect(it).toMatchObject({ sessionId, execution });
  });

  it('has session and route in every line of the API, and the execution as soon as there is one', () => {
    const routes = [...about.values()].flat().filter((it) => it.route !== undefined);
    expect(new Set(routes.map(({ route }) => route))).toContain('POST /sessions/{id}/start');
    const later = routes.filter(({ route, message }) => route !== 'POST /sessions' && message === 'done');
    expect(later.length).toBeGreaterThan(0);
    for (const it of later) expect(it).toMatchObject({ sessionId, execution });
  });

  it('counts the outcome, each call, the checks, the credits and the phases', () => {
    const seen = seenMetrics();
    for (const it of [...about.values()].flat()) seen.line(JSON.stringify(it));
    const value = (MetricName: string, dimensions: Record<string, string> = {}) =>
      seen.value(
        { Namespace: 'Chirpsmith', MetricName, Dimensions: { stage: 'local', ...dimensions } },
        'Sum',
      );
    expect(value('Sessions', { outcome: 'ready' })).toBe(1);
    expect(value('ProviderCalls', { call: 'prepare', result: 'ok' })).toBe(1);
    expect(value('ProviderCalls', { call: 'upload', result: 'ok' })).toBe(6);
    expect(value('ProviderCalls', { call: 'create', result: 'ok' })).toBe(1);
    const checks = value('Checks', { task: 'upload' }) + value('Checks', { task: 'training' });
    expect(value('ProviderCalls', { call: 'status', result: 'ok' })).toBe(checks);
    expect(value('ProviderCalls')).toBe(8 + checks);
    expect(value('CreditsSpent')).toBe(106);
    for (const phase of ['preparing', 'uploading', 'creating', 'training']) {
      expect(value('PhaseSeconds', { phase }), phase).toBeGreaterThan(0);
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
