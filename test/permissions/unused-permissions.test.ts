import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { unusedGrants } from '../../test-support/used-permissions.ts';

/** The records of two processes of the tests. */
function recorded(...processes: readonly object[][]): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'permissions-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  for (const [index, lines] of processes.entries()) {
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    writeFileSync(path.join(directory, `${index}.jsonl`), text);
  }
  return directory;
}

const grant = (text: string, ...resources: string[]) => ({
  grant: [text, resources.join(',')].join(' '),
  permissions: resources.map((resource) => `${text} ${resource}`),
});
/** What the exceptions are for. */
const excepted = [
  grant('a logs:PutLogEvents', 'b'),
  grant('a xray:PutTraceSegments', '*'),
  grant('service-UploadBatchRole1A2B-3c4d states:DescribeExecution', 'x'),
  grant('service-UploadBatchRole1A2B-3c4d states:StopExecution', 'x'),
  grant('service-TrainModelRole5E6F-7a8b states:StopExecution', 'x'),
  grant('a sqs:GetQueueUrl', 'q'),
  grant('writer dynamodb:GetItem', 't'),
  grant('writer dynamodb:UpdateItem', 't'),
  { used: 'writer dynamodb:UpdateItem t' },
];

it('a granted action is used when any process of the run was allowed a call by it, and else named', () => {
  const directory = recorded(
    [...excepted, grant('a Get', 't'), grant('a Put', 't'), { used: 'a Get t' }],
    [...excepted, grant('a Put', 't'), grant('a Query', 't', 'u'), { used: 'a Query u' }],
  );
  expect(unusedGrants(directory)).toEqual(['a Put t']);
});

it('a look at a record needs no call where the same role writes there, and else does', () => {
  const looks = [grant('reader dynamodb:GetItem', 't'), grant('writer dynamodb:GetItem', 'u')];
  const unused = ['reader dynamodb:GetItem t', 'writer dynamodb:GetItem u'];
  expect(unusedGrants(recorded([...excepted, ...looks]))).toEqual(unused);
});

it('what no test can use needs no call, and an exception that covers nothing is named', () => {
  expect(unusedGrants(recorded(excepted))).toEqual([]);
  expect(unusedGrants(recorded(excepted.slice(0, 2)))).toEqual([
    'the exception "child executions" covers nothing',
    'the exception "queues" covers nothing',
    'the exception "a writer\'s look" covers nothing',
  ]);
});
