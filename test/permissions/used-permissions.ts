import { appendFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Assembly } from '../../local/assembly.ts';
import type { OnAllowed } from '../../local/iam.ts';

/** Set in vitest.config.ts to a directory; without it nothing is recorded. */
export const recordVariable = 'RECORDED_PERMISSIONS';

const lineSchema = z.union([
  z.strictObject({ statement: z.string(), permissions: z.array(z.string()) }),
  z.strictObject({ used: z.string() }),
]);

const recorded = new Set<string>();

/** A permission as text: `create-model dynamodb:Query arn:…`. */
const textOf = (roleArn: string, action: string, resource: string) =>
  `${roleArn.replace(/^.*:role\/(chirpsmith-[a-z0-9]+-)?/, '')} ${action} ${resource}`;

/** Written down at once: nobody knows when a process of the tests ends. */
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

/** Records all statements that the roles of a template have. */
export function recordStatements({ roles }: Pick<Assembly, 'roles'>): void {
  for (const { arn, statements } of roles) {
    for (const { actions, resources } of statements) {
      const permissions = actions.flatMap((action) =>
        resources.map((resource) => textOf(arn, action, resource)),
      );
      record({ statement: textOf(arn, actions.join(','), resources.join(',')), permissions });
    }
  }
}

/** What no stand-in checks, because AWS itself uses it and nothing of ours calls it; with the reason. */
const usedByAws: readonly { readonly statement: RegExp; readonly reason: string }[] = [
  { statement: / logs:/, reason: 'Lambda and Step Functions write the logs themselves.' },
  { statement: / xray:/, reason: 'Lambda and Step Functions write the traces themselves.' },
  {
    statement: /^service-UploadBatchRole\w*(-\w+)? states:DescribeExecution,states:StopExecution /,
    reason: 'Step Functions looks at, and stops, the child executions of a Distributed Map (documented).',
  },
];

/**
 * The statements of all templates that ran while a directory was recorded into, which allowed no call; and the
 * exceptions that are needed no more.
 */
export function unusedStatements(directory: string): string[] {
  const lines = readdirSync(directory)
    .flatMap((name) => readFileSync(path.join(directory, name), 'utf8').split('\n').filter(Boolean))
    .map((line) => lineSchema.parse(JSON.parse(line)));
  const used = new Set(lines.flatMap((line) => ('used' in line ? [line.used] : [])));
  const unused = new Set(
    lines.flatMap((line) =>
      'statement' in line && !line.permissions.some((one) => used.has(one)) ? [line.statement] : [],
    ),
  );
  const idle = usedByAws.filter(({ statement }) => ![...unused].some((one) => statement.test(one)));
  return [
    ...[...unused].filter((one) => !usedByAws.some(({ statement }) => statement.test(one))).sort(),
    ...idle.map(({ statement }) => `the exception ${statement} has no unused statement`),
  ];
}
