import { createHash } from 'node:crypto';
import { GetObjectCommand, ListObjectsV2Command, NoSuchKey, PutObjectCommand } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { z } from 'zod';
import type { SessionAnswer } from '../../functions/api/contract/session.ts';
import { audioFolder } from '../../functions/domain/object-keys.ts';
import { isRunning } from '../../functions/domain/session.ts';
import { awsErrorWords } from '../../functions/shared/aws-answer.ts';
import { createDownloadUrls } from '../../functions/storage/upload-urls.ts';
import { ApiRefusal } from '../api-errors.ts';
import type { Row, SmokeWorld } from './world.ts';

type Outcome = Omit<Row, 'name'>;
const ok = (seen: string): Outcome => ({ result: 'ok', seen });
const failed = (seen: string, todo: string): Outcome => ({ result: 'failed', seen, todo });
const notHere = (seen: string, todo: string): Outcome => ({ result: 'not possible here', seen, todo });

/** Milliseconds that an event may take to its reader. */
const eventPatience = 5000;

/** Minutes that the link of the check of signed URLs holds. */
const linkMinutes = 5;
/** Concurrent executions that all functions share at least, by AWS's rule for reservations. */
const keptFree = 100;

const startsSchema = z.object({ starts: z.array(z.object({ execution: z.string() })).min(1) });

/** Looks at a stage row by row, each after the one before: later rows use what earlier ones have made. */
export async function* smokeRows(world: SmokeWorld): AsyncGenerator<Row> {
  const made: SessionAnswer[] = [];
  const stamp = new Date(world.now()).toISOString().replace(/\D/g, '').slice(0, 17);
  const rows: readonly [string, () => Promise<Outcome>][] = [
    ['The API tells what it is', () => openApi(world)],
    ['The API wants a token', () => noToken(world)],
    ['A preflight of a browser', () => preflight(world)],
    ['Quota of concurrent executions', () => quota(world)],
    ['A model by the API', () => spending(world, () => byApi(world, stamp, made))],
    ['Signed GET and HEAD', () => signedUrl(world, stamp)],
    ['A model by a manifest', () => spending(world, () => byManifest(world, stamp))],
    ['A model from the console', () => spending(world, () => fromConsole(world, stamp))],
    ['Alarms', () => alarms(world)],
    ['Events, by the condition of PutEvents', () => events(world, made)],
    ['Deletion', () => deletion(world, made)],
  ];
  for (const [name, check] of rows) yield { name, ...(await settled(check)) };
  for (const [name, seen, todo] of byHand) yield { name, ...notHere(seen, todo) };
}

/** What no request from outside shows. */
const byHand: readonly (readonly [name: string, seen: string, todo: string])[] = [
  [
    "The provider's Keep-Alive",
    'only its own logs show it',
    'Look for "provider call" in the logs of two checks: the second is faster.',
  ],
  [
    'An empty Distributed Map',
    'the API takes no batch without files',
    'Upload a batch of duplicates only: its execution ends without a child.',
  ],
  [
    'The invitation',
    'it is an e-mail',
    'Invite yourself (deploy prints the command) and sign in with what comes.',
  ],
  [
    'The switch of issuer',
    'it changes the stage',
    'Deploy a stage for tests with -c jwtIssuer=… -c jwtAudience=…, then without: neither may be rolled back.',
  ],
];

/** An error becomes a failed row; the other rows still run. */
async function settled(check: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await check();
  } catch (error) {
    return failed(awsErrorWords(error), 'Look for it in docs/runbook.md, then run this again.');
  }
}

async function spending({ maySpend }: SmokeWorld, check: () => Promise<Outcome>): Promise<Outcome> {
  if (maySpend) return check();
  return notHere(
    'a model costs credits, and nobody agreed',
    'Run it with --yes to buy one model for this row.',
  );
}

async function openApi({ api, fetch }: SmokeWorld): Promise<Outcome> {
  const response = await fetch(`${api}/openapi.json`);
  if (response.status === 200) return ok('GET /openapi.json: 200');
  return failed(
    `GET /openapi.json: ${response.status}`,
    'Deploy the service stack again, and look at its logs.',
  );
}

async function noToken({ api, fetch }: SmokeWorld): Promise<Outcome> {
  const response = await fetch(`${api}/sessions`);
  if (response.status === 401) return ok('GET /sessions without a token: 401');
  return failed(`GET /sessions without a token: ${response.status}`, 'Look at the authorizer of the routes.');
}

/** As a browser sends it before a request with a token: without one itself. */
async function preflight({ api, stage, origin, fetch }: SmokeWorld): Promise<Outcome> {
  if (origin === undefined) {
    return notHere(
      'no origin to try',
      'With allowedOrigins configured, run it with --origin and one of them.',
    );
  }
  const headers = {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type',
  };
  const response = await fetch(`${api}/sessions`, { method: 'OPTIONS', headers });
  const allowed = response.headers.get('access-control-allow-origin');
  const seen = `OPTIONS /sessions: ${response.status}, for ${allowed ?? 'no origin'}`;
  if (response.ok && allowed === origin) return ok(seen);
  return failed(seen, `npx chirpsmith deploy --stage ${stage} -c allowedOrigins=${origin}`);
}

async function quota({ concurrency }: SmokeWorld): Promise<Outcome> {
  if (!concurrency) return notHere('this machine has no quota', 'Run it with --stage against AWS.');
  const { limit, unreserved } = await concurrency();
  const seen = `${limit} at once in the account, ${unreserved} not reserved`;
  if (unreserved >= keptFree) return ok(seen);
  return failed(seen, 'Have the quota raised: docs/deploying.md, "Before CDK starts".');
}

async function byApi(world: SmokeWorld, stamp: string, made: SessionAnswer[]): Promise<Outcome> {
  const { client, files, fetch } = world;
  const declared = files.map(({ name, bytes }) => ({
    name,
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }));
  const { sessionId, uploads } = await client.createSession({
    name: `Smoke ${stamp}`,
    files: declared,
    again: true,
    // The samples are made by this command: they are nobody else's.
    rights: true,
  });
  for (const { trackId, url, headers } of uploads) {
    const body = new Uint8Array(files[Number(trackId) - 1]?.bytes ?? []);
    const put = await fetch(url, { method: 'PUT', headers, body });
    if (!put.ok)
      return failed(`PUT of track ${trackId}: ${put.status}`, 'Look at the bucket policy and its CORS.');
  }
  await client.startSession(sessionId);
  const ended = await watched(world, sessionId);
  const { status, modelId, failure } = ended;
  if (status === 'ready' && modelId?.startsWith('chirp-custom:')) {
    // One that failed is left for a person to look at.
    made.push(ended);
    return ok(`session ${sessionId}: ${modelId}`);
  }
  const why = failure ? `, ${failure.error}: ${failure.reason}` : '';
  return failed(`session ${sessionId} is "${status}"${why}`, `npx chirpsmith status ${sessionId}`);
}

async function watched(
  { client, sleep, now, patience }: SmokeWorld,
  sessionId: string,
): Promise<SessionAnswer> {
  const until = now() + patience;
  for (;;) {
    const { session, retryAfter = 1 } = await client.getSession(sessionId);
    if (!isRunning(session) || now() > until) return session;
    await sleep(1000 * Math.min(retryAfter, 30));
  }
}

/** What the provider gets to see of a track; S3 signs each method by itself, so that HEAD is refused. */
async function signedUrl({ s3, bucket, files: [file], fetch }: SmokeWorld, stamp: string): Promise<Outcome> {
  if (!file) throw new Error('There is no file to try.');
  const key = `smoke/${stamp}/01.wav`;
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: file.bytes }));
  const url = await createDownloadUrls({ client: s3, bucket, minutes: linkMinutes }).get({
    key,
    file: file.name,
  });
  const get = await fetch(url);
  const bytes = (await get.arrayBuffer()).byteLength;
  const head = await fetch(url, { method: 'HEAD' });
  const type = get.headers.get('content-type');
  const name = get.headers.get('content-disposition');
  const seen = `GET ${get.status}, ${type}, ${name}, ${url.length} characters; HEAD ${head.status}`;
  if (get.status === 200 && bytes === file.bytes.length && type === 'audio/wav' && name?.includes('.wav')) {
    return ok(seen);
  }
  return failed(seen, 'Compare the answer with docs/deploying.md, "What the provider asked for".');
}

async function byManifest(world: SmokeWorld, stamp: string): Promise<Outcome> {
  const { s3, bucket, files, stateMachineArn, sleep, now, patience } = world;
  const folder = `inbox/smoke-${stamp}/`;
  const put = (name: string, Body: Uint8Array | string) =>
    s3.send(new PutObjectCommand({ Bucket: bucket, Key: folder + name, Body, ChecksumAlgorithm: 'SHA256' }));
  for (const { name, bytes } of files) await put(name, bytes);
  await put('manifest.json', JSON.stringify({ name: `Smoke manifest ${stamp}`, rights: true }));
  const until = now() + patience;
  for (;;) {
    const refused = await textOf(world, `${folder}manifest.error.json`);
    if (refused !== undefined)
      return failed(`refused: ${refused.slice(0, 200)}`, 'docs/inbox.md explains the report.');
    const started = await textOf(world, `${folder}manifest.started.json`);
    if (started !== undefined) {
      const { execution = '' } = startsSchema.parse(JSON.parse(started)).starts.at(-1) ?? {};
      return executed(world, `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${execution}`);
    }
    if (now() > until)
      return failed('nothing was started', 'Look into the dead letters of the inbox: docs/inbox.md.');
    await sleep(1000);
  }
}

async function textOf({ s3, bucket }: SmokeWorld, key: string): Promise<string | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return await Body?.transformToString();
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
}

async function fromConsole(world: SmokeWorld, stamp: string): Promise<Outcome> {
  const { s3, stepFunctions, bucket, files, stateMachineArn } = world;
  const keys: string[] = [];
  for (const { name, bytes } of files) {
    const key = `smoke/${stamp}/console/${name}`;
    await s3.send(
      new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, ChecksumAlgorithm: 'SHA256' }),
    );
    keys.push(`s3://${bucket}/${key}`);
  }
  const input = JSON.stringify({ name: `Smoke console ${stamp}`, audio: keys, rights: true });
  const { executionArn = '' } = await stepFunctions.send(
    new StartExecutionCommand({ stateMachineArn, input }),
  );
  return executed(world, executionArn);
}

/** An execution that succeeds has ended in "Model ready", which there is no way to without a model. */
async function executed(
  { stepFunctions, sleep, now, patience }: SmokeWorld,
  executionArn: string,
): Promise<Outcome> {
  const until = now() + patience;
  for (;;) {
    const { status, error, cause } = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
    const name = executionArn.split(':').at(-1);
    if (status === 'SUCCEEDED') return ok(`execution ${name}: SUCCEEDED`);
    if (status !== 'RUNNING' || now() > until) {
      const why = error === undefined ? '' : `, ${error}: ${(cause ?? '').slice(0, 200)}`;
      return failed(
        `execution ${name}: ${status}${why}`,
        'The heading of its error in docs/runbook.md says what to do.',
      );
    }
    await sleep(1000);
  }
}

async function alarms({ stage, alarms: all }: SmokeWorld): Promise<Outcome> {
  if (!all) return notHere('this machine has no alarms', 'Run it with --stage against AWS.');
  const states = Object.entries(await all());
  if (states.length === 0) {
    return notHere('the stage has no alarms', `npx chirpsmith deploy --stage ${stage} -c alarms=true`);
  }
  const raised = states.filter(([, state]) => state === 'ALARM').map(([name]) => name);
  const seen = `${states.length} alarms, ${raised.length} raised${raised.length === 0 ? '' : `: ${raised.join(', ')}`}`;
  return raised.length === 0 ? ok(seen) : failed(seen, 'Each has its section in docs/runbook.md.');
}

async function events(
  { turns, sleep, now }: SmokeWorld,
  [session]: readonly SessionAnswer[],
): Promise<Outcome> {
  if (!turns) {
    return notHere(
      'a bus tells nobody what was refused',
      'The alarm events-lost stays quiet. With a webhook, an event arrives there, and its signature holds.',
    );
  }
  if (!session) return notHere('no session was made that is ready', 'It needs the row "A model by the API".');
  const until = now() + eventPatience;
  for (;;) {
    const told = await turns(session.sessionId);
    const seen = `session ${session.sessionId}: ${told.join(', ') || 'no event'}`;
    if (told.includes('open') && told.includes('ready')) return ok(seen);
    if (now() > until) return failed(seen, 'Look for "was not taken" in the logs of the functions.');
    await sleep(200);
  }
}

async function deletion(
  { client, s3, bucket }: SmokeWorld,
  [session]: readonly SessionAnswer[],
): Promise<Outcome> {
  if (!session) return notHere('no session was made that is ready', 'It needs the row "A model by the API".');
  const { sessionId } = session;
  await client.deleteSession(sessionId);
  const left = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: audioFolder(sessionId) }));
  const audio = left.KeyCount ?? left.Contents?.length ?? 0;
  const found = await client.getSession(sessionId).then(
    () => true,
    (error: unknown) => {
      if (error instanceof ApiRefusal && error.status === 404) return false;
      throw error;
    },
  );
  const seen = `session ${sessionId}: ${found ? 'still there' : 'gone'}, ${audio} files of it left`;
  return !found && audio === 0
    ? ok(seen)
    : failed(seen, 'Look at the log of delete-session, then delete it again.');
}
