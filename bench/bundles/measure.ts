import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildBundles, sizeOf } from '../../infra/constructs/bundling.ts';
import { firstAnswers } from './first-answer.ts';

/** Those whose first answer is measured: with S3 and without, of a machine and of the API. */
const measured = [
  'workflow/check-upload',
  'workflow/prepare-session',
  'workflow/submit-upload',
  'api/get-session',
];

const arn = 'arn:aws:states:us-east-1:1:stateMachine:m';
const environment = {
  ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' },
  ...{ STAGE: 'bench', TABLE_NAME: 'sessions', AUDIO_BUCKET: 'audio', SETTINGS: '{}' },
  ...{
    PROVIDER_BASE_URL: 'http://127.0.0.1:9',
    PROVIDER_SECRET: 'key',
    RELAY_BASE_URL: '',
    RELAY_SECRET: 'key',
  },
  ...{ STATE_MACHINE_ARN: arn, BATCH_MACHINE_ARN: arn, MUSIC_MACHINE_ARN: arn },
  ...{ EVENT_BUS: 'default', EVENT_SOURCE: 'bench' },
};

/**
 * Sizes of all bundles, and CPU until the first answer of some of them, as a table in Markdown.
 * @param times how often each first answer is measured; the middle counts
 */
export async function bundleTable(times: number): Promise<string> {
  const bundles = buildBundles();
  const folder = mkdtempSync(path.join(tmpdir(), 'bundles-'));
  const files = measured.map((name) => {
    const own = path.join(folder, name.replace('/', '.'));
    mkdirSync(own);
    for (const [file, bytes] of bundles.get(name)?.files ?? []) writeFileSync(path.join(own, file), bytes);
    const file = path.join(own, 'index.mjs');
    return { file, kind: name.startsWith('api/') ? ('api' as const) : ('workflow' as const) };
  });
  const answers = await firstAnswers(files, { times, env: environment });
  rmSync(folder, { recursive: true });
  const rows = [...bundles]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, bundle]) => {
      const { modules } = bundle;
      const cpu = answers[measured.indexOf(name)];
      const bytes = [sizeOf(bundle), weightOf(modules, /@aws-sdk|@smithy/), weightOf(modules, /\/zod\//)];
      const cells = [name, ...bytes.map(kilobytes), cpu === undefined ? '' : `${cpu.toFixed(0)} ms`];
      return `| ${cells.join(' | ')} |`;
    });
  return [
    `| function | size | AWS SDK | zod | CPU until the first answer, the middle of ${times} |`,
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

const weightOf = (modules: ReadonlyMap<string, number>, part: RegExp) =>
  [...modules].reduce((sum, [name, bytes]) => sum + (part.test(name) ? bytes : 0), 0);
const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(0)} kB`;
