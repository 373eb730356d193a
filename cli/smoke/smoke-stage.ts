import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { z } from 'zod';
import { defaultSettings } from '../../functions/shared/settings.ts';
import { homeDirectory, readReadyFile } from '../../local/index.ts';
import { makeSamples } from '../../packages/sample-music/make-samples.ts';
import { requireAudioWay } from '../audio-way.ts';
import type { CommandContext } from '../command.ts';
import type { SmokeArguments } from '../commands/smoke.ts';
import { agreedTo, mostForUploads, type Spending } from '../confirm-spending.ts';
import { type ConnectedStack, connectStack } from '../connect.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { awsAccount } from '../stage/aws-account.ts';
import { outputsFile } from '../stage/stage.ts';
import { UsageError } from '../usage-error.ts';
import { smokeRows } from './checks.ts';
import type { Row, SmokeWorld } from './world.ts';

/** Models that a run with consent makes. */
const models = 3;
/** Milliseconds for one run, from its start to its model. */
const patience = 30 * 60_000;

/**
 * Goes through the checklist of a stage and prints it as a table.
 * @throws UsageError, ApiRefusal, ApiUnreachable: before anything is looked at
 */
export async function smokeStage(args: SmokeArguments, context: CommandContext): Promise<ExitCode> {
  const { display, env, signal } = context;
  const reached = await connectStack(undefined, context, { quiet: false, spends: true });
  try {
    await requireAudioWay(reached);
    const samples = await makeSamples(path.join(homeDirectory(env), 'samples'));
    const maySpend = await mayBuy(args, samples.length, reached, context);
    const files = await Promise.all(
      samples.map(async (file) => ({ name: path.basename(file), bytes: await readFile(file) })),
    );
    const common = { client: reached.client, origin: args.origin, files, maySpend, fetch, patience };
    const clock = { sleep: (ms: number) => delay(ms, undefined, { signal }), now: Date.now };
    const world = { ...common, ...clock, ...placeOf(context) };
    const rows: Row[] = [];
    for await (const row of smokeRows(world)) {
      signal.throwIfAborted();
      rows.push(row);
    }
    display.emit({ event: 'smoke.done', stage: world.stage, rows });
    return rows.some(({ result }) => result === 'failed') ? exitCodes.failed : exitCodes.done;
  } finally {
    display.close();
    await reached.release();
  }
}

/** Without consent the rows that cost are left out; nothing else of the checklist costs credits. */
export async function mayBuy(
  args: Pick<SmokeArguments, 'yes'>,
  files: number,
  reached: Pick<ConnectedStack, 'stack'> & { client: Pick<ConnectedStack['client'], 'getAccount'> },
  context: Pick<CommandContext, 'ask' | 'signal' | 'display' | 'env' | 'fetch' | 'target'>,
): Promise<boolean> {
  const { provider, sandbox } = reached.stack;
  if (sandbox) return true;
  const { create, upload } = defaultSettings.prices;
  const uploads = models * files;
  const credits = models * create + uploads * upload;
  const spending: Spending = {
    what: `make ${models} models of ${files} samples each, for the rows that need one`,
    question: `Buy ${models} models for about ${credits} credits at ${provider}?`,
    ...{ credits, atMost: models * create + mostForUploads(uploads), dialect: 'mountsea', sendsAudio: true },
  };
  return agreedTo(spending, args, reached, context);
}

type Place = Pick<
  SmokeWorld,
  'stage' | 'api' | 's3' | 'stepFunctions' | 'bucket' | 'stateMachineArn' | 'concurrency' | 'alarms' | 'turns'
>;

function placeOf({ env, target }: CommandContext): Place {
  const { stage } = target;
  if (stage === undefined) {
    const ready = readReadyFile(homeDirectory(env));
    if (!ready)
      throw new UsageError('The stack on this machine has ended: npx chirpsmith start begins another one.');
    const { api, bucket, stateMachineArn, region, adminKey: credentials } = ready;
    return {
      ...{ stage: 'local', api, bucket, stateMachineArn, concurrency: undefined, alarms: undefined },
      turns: (sessionId) => turnsIn(path.join(ready.home, 'log', 'events.log'), sessionId),
      s3: new S3Client({ endpoint: ready.s3, region, credentials, forcePathStyle: true }),
      stepFunctions: new SFNClient({ endpoint: ready.aws, region, credentials }),
    };
  }
  const { ApiUrl: api, AudioBucketName: bucket, StateMachineArn: stateMachineArn } = outputsOf(stage, env);
  const region = stateMachineArn.split(':')[3] ?? '';
  return {
    ...{ stage, api: api.replace(/\/+$/, ''), bucket, stateMachineArn },
    s3: new S3Client({ region }),
    stepFunctions: new SFNClient({ region }),
    concurrency: () => awsAccount.concurrency(region),
    alarms: () => alarmsOf(stage, region),
    turns: undefined,
  };
}

const turnSchema = z.object({ detail: z.object({ sessionId: z.string(), status: z.string() }) });

/** The states of a session that the events in the log of the local bus emit, in their order. */
export async function turnsIn(file: string, sessionId: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    if (!line.includes(sessionId)) return [];
    const turn = turnSchema.safeParse(jsonIn(line));
    return turn.success && turn.data.detail.sessionId === sessionId ? [turn.data.detail.status] : [];
  });
}

/** Undefined for a line that is no JSON: one may be half written. */
function jsonIn(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const outputsSchema = z.object({
  ApiUrl: z.string(),
  AudioBucketName: z.string(),
  StateMachineArn: z.string(),
});

function outputsOf(stage: string, env: NodeJS.ProcessEnv): z.infer<typeof outputsSchema> {
  const file = outputsFile(stage, env);
  try {
    const stacks = z
      .record(z.string(), z.record(z.string(), z.string()))
      .parse(JSON.parse(readFileSync(file, 'utf8')));
    return outputsSchema.parse(Object.assign({}, ...Object.values(stacks)));
  } catch {
    const message = `It does not hold the outputs of a deployment: npx chirpsmith deploy --stage ${stage} writes it anew.`;
    throw new UsageError(`Stage ${stage} cannot be looked at from here.`, [{ where: file, message }]);
  }
}

const alarmsSchema = z.object({
  MetricAlarms: z.array(z.object({ AlarmName: z.string(), StateValue: z.string() })).default([]),
});

/** By AWS's command line, which a person who deploys has: its SDK would be a dependency for one question. */
async function alarmsOf(stage: string, region: string): Promise<Record<string, string>> {
  const prefix = `chirpsmith-${stage}-`;
  const args = [
    'cloudwatch',
    'describe-alarms',
    '--region',
    region,
    '--alarm-name-prefix',
    prefix,
    '--output',
    'json',
  ];
  const { stdout } = await promisify(execFile)('aws', args);
  const { MetricAlarms } = alarmsSchema.parse(JSON.parse(stdout));
  return Object.fromEntries(MetricAlarms.map(({ AlarmName, StateValue }) => [AlarmName, StateValue]));
}
