import { appendFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Assembly } from '../packages/local-aws/assembly.ts';
import type { OnAllowed } from '../packages/local-aws/iam.ts';

/** Set in vitest.config.ts to a directory; without it nothing is recorded. */
export const recordVariable = 'RECORDED_PERMISSIONS';

const lineSchema = z.union([
  z.strictObject({ grant: z.string(), permissions: z.array(z.string()) }),
  z.strictObject({ used: z.string() }),
]);

const recorded = new Set<string>();

/** A permission as text: `create-model dynamodb:Query arn:…`. */
const textOf = (roleArn: string, action: string, resource: string) =>
  `${roleArn.replace(/^.*:role\/(chirpsmith-[a-z0-9]+-)?/, '')} ${action} ${resource}`;

/** Written at once: a test process may end at any moment. */
function record(line: z.infer<typeof lineSchema>): void {
  const directory = process.env[recordVariable];
  const text = JSON.stringify(line);
  if (!directory || recorded.has(text)) return;
  recorded.add(text);
  mkdirSync(directory, { recursive: true });
  appendFileSync(path.join(directory, `${process.pid}.jsonl`), `${text}\n`);
}

/** For a stack: records each permission that allows a call. */
export const recordUse: OnAllowed = ({ arn }, { action, resource }) =>
  record({ used: textOf(arn, action, resource) });

/** Records all that the roles of a template may do: each action of each statement. */
export function recordGrants({ roles }: Pick<Assembly, 'roles'>): void {
  for (const { arn, statements } of roles) {
    for (const { actions, resources } of statements) {
      for (const action of actions) {
        const permissions = resources.map((resource) => textOf(arn, action, resource));
        record({ grant: textOf(arn, action, resources.join(',')), permissions });
      }
    }
  }
}

/** Grants that no test of a stack uses, and that are needed all the same; with the reason. */
const exceptions: readonly {
  readonly named: string;
  readonly reason: string;
  covers(grant: string, all: ReadonlySet<string>): boolean;
}[] = [
  {
    named: 'logs',
    reason: 'Lambda and Step Functions write the logs themselves.',
    covers: (grant) => grant.includes(' logs:'),
  },
  {
    named: 'traces',
    reason: 'Lambda and Step Functions write the traces themselves.',
    covers: (grant) => grant.includes(' xray:'),
  },
  {
    named: 'child executions',
    reason: 'Step Functions looks at, and stops, the child executions of a Distributed Map (documented).',
    covers: (grant) =>
      /^service-(UploadBatch|TrainModel)Role\w*(-\w+)? states:(Describe|Stop)Execution /.test(grant),
  },
  {
    named: 'queues',
    reason: 'CDK grants these beside sqs:SendMessage, with which Lambda puts away what failed.',
    covers: (grant) => / sqs:GetQueue(Attributes|Url) /.test(grant),
  },
  {
    named: "a writer's look",
    reason: 'A writer whose condition fails reads whether the write was its own: after a lost response only.',
    covers: (grant, all) =>
      ['PutItem', 'UpdateItem'].some((write) =>
        all.has(grant.replace(' dynamodb:GetItem ', ` dynamodb:${write} `)),
      ) && grant.includes(' dynamodb:GetItem '),
  },
];

/**
 * What the templates that ran while a directory was recorded into grant, and no call used; and the exceptions that are
 * needed no more.
 */
export function unusedGrants(directory: string): string[] {
  const lines = readdirSync(directory)
    .flatMap((name) => readFileSync(path.join(directory, name), 'utf8').split('\n').filter(Boolean))
    .map((line) => lineSchema.parse(JSON.parse(line)));
  const used = new Set(lines.flatMap((line) => ('used' in line ? [line.used] : [])));
  const grants = lines.flatMap((line) => ('grant' in line ? [line] : []));
  const all = new Set(grants.map(({ grant }) => grant));
  const isUsed = new Set(
    grants.filter(({ permissions }) => permissions.some((one) => used.has(one))).map(({ grant }) => grant),
  );
  const unused = [...all].filter((grant) => !isUsed.has(grant)).sort();
  const idle = exceptions.filter(({ covers }) => !unused.some((grant) => covers(grant, all)));
  return [
    ...unused.filter((grant) => !exceptions.some(({ covers }) => covers(grant, all))),
    ...idle.map(({ named }) => `the exception "${named}" covers nothing`),
  ];
}
