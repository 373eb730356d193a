import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { LambdaFunction } from '../../../../packages/local-aws/assembly.ts';
import { AwsError } from '../../../../packages/local-aws/aws-error.ts';
import { createLambda, type Lambda, LambdaError } from '../../../../packages/local-aws/lambda.ts';
import { scaledClock } from '../../../../packages/local-servers/clock.ts';

const role = { roleArn: 'arn:aws:iam::111122223333:role/machine' };
const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** A Lambda with functions of these sources, and what they wrote to their consoles. */
async function lambdaWith(
  sources: Record<string, string>,
  changes: {
    fn?: Partial<LambdaFunction>;
    total?: number;
    denied?: string;
    environment?: (fn: LambdaFunction) => Record<string, string>;
  } = {},
): Promise<{ lambda: Lambda; lines: string[]; arn: (name: string) => string }> {
  const directory = await mkdtemp(path.join(tmpdir(), 'lambda-'));
  const arn = (name: string) => `arn:aws:lambda:eu-west-1:111122223333:function:${name}`;
  const functions: LambdaFunction[] = [];
  for (const [name, source] of Object.entries(sources)) {
    await mkdir(path.join(directory, name));
    await writeFile(path.join(directory, name, 'index.mjs'), source);
    functions.push({
      name,
      arn: arn(name),
      directory: path.join(directory, name),
      handler: 'index.handler',
      environment: { STAGE: 'local' },
      timeoutSeconds: 5,
      memoryMb: 128,
      roleArn: `arn:aws:iam::111122223333:role/${name}`,
      invokers: [],
      ...changes.fn,
    });
  }
  const lines: string[] = [];
  const lambda = createLambda({
    assembly: { functions, region: 'eu-west-1' },
    access: {
      credentialsFor: (roleArn) => ({ accessKeyId: `key of ${roleArn}`, secretAccessKey: 'secret' }),
      checkRole: (roleArn, action, resource) => {
        if (resource !== changes.denied) return;
        throw new AwsError('AccessDeniedException', 403, `${roleArn} may not ${action} on ${resource}`);
      },
    },
    environment: changes.environment ?? (() => ({})),
    log: (fn, line) => lines.push(`${fn.name}: ${line}`),
    clock: scaledClock(1),
    poolSize: { total: changes.total ?? 3 },
  });
  cleanups.push(async () => {
    await lambda.close();
    await rm(directory, { recursive: true });
  });
  return { lambda, lines, arn };
}

const failure = (invocation: Promise<unknown>) =>
  invocation.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => error,
  );

test('payload and answer go through JSON', async () => {
  const { lambda, arn } = await lambdaWith({
    echo: 'export const handler = async (event) => ({ event, when: new Date(0), gone: undefined });',
    silent: 'export const handler = async () => {};',
  });
  expect(await lambda.invoke(arn('echo'), { a: 1, b: undefined }, role)).toEqual({
    event: { a: 1 },
    when: '1970-01-01T00:00:00.000Z',
  });
  expect(await lambda.invoke(arn('silent'), {}, role)).toBeNull();
});

test("the context holds the function's name and its remaining time", async () => {
  const { lambda, arn } = await lambdaWith({
    who: 'export const handler = async (_, c) => ({ ...c, left: c.getRemainingTimeInMillis() });',
  });
  const context = await lambda.invoke(arn('who'), {}, role);
  expect(context).toMatchObject({
    functionName: 'who',
    memoryLimitInMB: '128',
    invokedFunctionArn: arn('who'),
    awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  const { left } = context as { left: number };
  expect(left).toBeGreaterThan(3000);
  expect(left).toBeLessThanOrEqual(5000);
});

test('each function sees its own variables and credentials, and none of this process', async () => {
  const source = 'export const handler = async () => ({ ...process.env });';
  process.env.CHIRPSMITH_TEST_LEAK = 'yes';
  const { lambda, arn } = await lambdaWith(
    { one: source, two: source },
    { environment: (fn) => ({ EXTRA: `for ${fn.name}`, STAGE: fn.name === 'two' ? 'changed' : 'local' }) },
  );
  const one = await lambda.invoke(arn('one'), {}, role);
  const two = await lambda.invoke(arn('two'), {}, role);
  delete process.env.CHIRPSMITH_TEST_LEAK;
  expect(one).toMatchObject({
    STAGE: 'local',
    EXTRA: 'for one',
    AWS_REGION: 'eu-west-1',
    AWS_LAMBDA_FUNCTION_NAME: 'one',
    AWS_ACCESS_KEY_ID: 'key of arn:aws:iam::111122223333:role/one',
  });
  expect(two).toMatchObject({ STAGE: 'changed', EXTRA: 'for two', AWS_LAMBDA_FUNCTION_NAME: 'two' });
  expect(one).not.toHaveProperty('CHIRPSMITH_TEST_LEAK');
});

test('a thrown error is reported with its name, message and trace', async () => {
  const { lambda, arn } = await lambdaWith({
    fails: `class NotEnoughClips extends Error { name = 'NotEnoughClips' }
      export const handler = async (e) => { if (e.text) throw 'words'; throw new NotEnoughClips('five of six'); };`,
  });
  const error = await failure(lambda.invoke(arn('fails'), {}, role));
  expect(error).toBeInstanceOf(LambdaError);
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    errorType: 'NotEnoughClips',
    errorMessage: 'five of six',
    trace: expect.arrayContaining([expect.stringContaining('index.mjs')]),
  });
  expect(await failure(lambda.invoke(arn('fails'), { text: true }, role))).toMatchObject({
    errorType: 'string',
    errorMessage: 'words',
  });
});

test('a function that takes too long is killed, and the next invocation gets a fresh one', async () => {
  const { lambda, arn } = await lambdaWith(
    {
      slow: `let calls = 0;
        export const handler = async (e) => { calls++; if (e.hang) for (;;); return calls; };`,
    },
    { fn: { timeoutSeconds: 0.3 } },
  );
  expect(await lambda.invoke(arn('slow'), {}, role)).toBe(1);
  const error = await failure(lambda.invoke(arn('slow'), { hang: true }, role));
  expect(error).toMatchObject({
    errorType: 'Sandbox.Timedout',
    errorMessage: expect.stringMatching(/^RequestId: \S+ Error: Task timed out after 0\.30 seconds$/),
  });
  expect(await lambda.invoke(arn('slow'), {}, role)).toBe(1);
});

test('a function that exits, runs out of memory or cannot be loaded fails by name', async () => {
  const { lambda, arn } = await lambdaWith(
    {
      exits: 'export const handler = async () => process.exit(3);',
      greedy:
        'export const handler = async () => { const a = []; for (;;) a.push(new Array(1e5).fill({})); };',
      broken: `import 'no-such-package'; export const handler = async () => {};`,
      other: 'export const main = async () => {};',
    },
    { fn: { memoryMb: 16 } },
  );
  expect(await failure(lambda.invoke(arn('exits'), {}, role))).toMatchObject({
    errorType: 'Runtime.ExitError',
    errorMessage: expect.stringContaining('exit status 3'),
  });
  expect(await failure(lambda.invoke(arn('greedy'), {}, role))).toMatchObject({
    errorType: 'Runtime.OutOfMemory',
  });
  expect(await failure(lambda.invoke(arn('broken'), {}, role))).toMatchObject({
    errorType: 'Runtime.ImportModuleError',
  });
  expect(await failure(lambda.invoke(arn('other'), {}, role))).toMatchObject({
    errorType: 'Runtime.HandlerNotFound',
    errorMessage: 'index.handler is undefined or not exported',
  });
});

test('what a function writes to its console is passed on with its name', async () => {
  const { lambda, lines, arn } = await lambdaWith({
    talks: `export const handler = async () => { console.log('out'); console.error('err'); };`,
  });
  await lambda.invoke(arn('talks'), {}, role);
  await expect.poll(() => [...lines].sort()).toEqual(['talks: err', 'talks: out']);
});

test('one environment serves one invocation at a time, and is used again', async () => {
  const { lambda, arn } = await lambdaWith({
    counts: `let active = 0, most = 0, calls = 0;
      export const handler = async () => {
        calls++; most = Math.max(most, ++active);
        await new Promise((resolve) => setTimeout(resolve, 30));
        active--; return { most, calls };
      };`,
  });
  const answers = await Promise.all(Array.from({ length: 6 }, () => lambda.invoke(arn('counts'), {}, role)));
  expect(answers).toHaveLength(6);
  for (const answer of answers) expect(answer).toMatchObject({ most: 1 });
  expect(Math.max(...answers.map((answer) => (answer as { calls: number }).calls))).toBeGreaterThanOrEqual(3);
});

test('more functions than there is room for take turns', async () => {
  const source = 'export const handler = async (e) => e;';
  const { lambda, arn } = await lambdaWith({ a: source, b: source, c: source }, { total: 1 });
  const names = ['a', 'b', 'c', 'a'];
  expect(await Promise.all(names.map((name) => lambda.invoke(arn(name), name, role)))).toEqual(names);
});

test('a role without lambda:InvokeFunction is refused', async () => {
  const denied = 'arn:aws:lambda:eu-west-1:111122223333:function:shut';
  const { lambda, arn } = await lambdaWith({ shut: 'export const handler = async () => {};' }, { denied });
  expect(await failure(lambda.invoke(arn('shut'), {}, role))).toMatchObject({
    code: 'AccessDeniedException',
    message: `${role.roleArn} may not lambda:InvokeFunction on ${denied}`,
  });
});

test('a service invokes only what the resource policy of the function admits', async () => {
  const principal = 'apigateway.amazonaws.com';
  const api = 'arn:aws:execute-api:eu-west-1:111122223333:api1';
  const { lambda, arn } = await lambdaWith(
    { open: 'export const handler = async () => "in";' },
    { fn: { invokers: [{ principal, sourceArn: `${api}/*/*/sessions/*` }] } },
  );
  const by = (sourceArn: string, service = principal) =>
    lambda.invoke(arn('open'), {}, { principal: service, sourceArn });
  expect(await by(`${api}/$default/GET/sessions/{id}`)).toBe('in');
  for (const refused of [
    by(`${api}/$default/GET/other`),
    by(`${api}/$default/GET/sessions/1`, 's3.amazonaws.com'),
  ]) {
    expect(await failure(refused)).toMatchObject({
      code: 'AccessDeniedException',
      message: expect.stringMatching(
        /not authorized to perform: lambda:InvokeFunction on resource: arn:.*open/,
      ),
    });
  }
});

test('payloads and answers over six megabytes are refused', async () => {
  const { lambda, arn } = await lambdaWith({
    big: `export const handler = async (e) => 'x'.repeat(e.length);`,
  });
  const over = 6 * 1024 * 1024;
  expect(await failure(lambda.invoke(arn('big'), 'x'.repeat(over), role))).toMatchObject({
    code: 'RequestTooLargeException',
  });
  expect(await failure(lambda.invoke(arn('big'), { length: over }, role))).toMatchObject({
    errorType: 'Function.ResponseSizeTooLarge',
  });
});

test('what waits for a worker of this machine is not throttled, what would run beyond the reserved concurrency is', async () => {
  const source = 'export const handler = () => new Promise((resolve) => setTimeout(resolve, 20, "done"));';
  const invokeAll = async (total: number) => {
    const { lambda, arn } = await lambdaWith({ busy: source }, { total, fn: { reserved: 1 } });
    const all = Array.from({ length: 4 }, () => lambda.invoke(arn('busy'), {}, role));
    return Promise.allSettled(all);
  };
  expect((await invokeAll(1)).map(({ status }) => status)).toEqual(Array(4).fill('fulfilled'));
  const throttled = { status: 'rejected', reason: { errorType: 'Lambda.TooManyRequestsException' } };
  expect(await invokeAll(2)).toContainEqual(
    expect.objectContaining({ ...throttled, reason: expect.objectContaining(throttled.reason) }),
  );
});

test('an invocation says how long it waits for a worker of this machine', async () => {
  const { lambda, arn } = await lambdaWith({ busy: 'export const handler = async () => 1;' }, { total: 1 });
  const said: string[] = [];
  const invoke = async (name: string) => {
    const say = (what: string) => () => void said.push(`${name} ${what}`);
    await lambda.invoke(arn('busy'), {}, role, { began: say('waits'), ended: say('runs') });
  };
  await Promise.all([invoke('one'), invoke('two')]);
  expect(said).toEqual(['one waits', 'two waits', 'one runs', 'two runs']);
});

test('what a function compiled is on disk for other workers while it runs, so that a kill does not lose it', async () => {
  const cache = await mkdtemp(path.join(tmpdir(), 'compiled-'));
  vi.stubEnv('NODE_COMPILE_CACHE', cache);
  cleanups.push(async () => {
    vi.unstubAllEnvs();
    await rm(cache, { recursive: true });
  });
  const { lambda, arn } = await lambdaWith({ quick: 'export const handler = async () => 1;' });
  await lambda.invoke(arn('quick'), {}, role);
  const entries = await readdir(cache, { recursive: true, withFileTypes: true });
  expect(entries.filter((entry) => entry.isFile())).toHaveLength(1);
});
