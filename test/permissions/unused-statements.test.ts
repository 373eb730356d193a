import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { unusedStatements } from './used-permissions.ts';

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

const ofAws = [
  { statement: 'a logs:PutLogEvents b', permissions: ['a logs:PutLogEvents b'] },
  { statement: 'a xray:PutTraceSegments *', permissions: ['a xray:PutTraceSegments *'] },
  {
    statement: 'service-UploadBatchRole1A2B-3c4d states:DescribeExecution,states:StopExecution x',
    permissions: ['service-UploadBatchRole1A2B-3c4d states:DescribeExecution x'],
  },
];
const statement = (action: string) => ({
  statement: `a ${action} t`,
  permissions: [`a ${action} t`, `a other t`],
});

it('a statement is used when any process of the run was allowed a call by it, and else named', () => {
  const directory = recorded(
    [...ofAws, statement('Get'), statement('Put'), { used: 'a Get t' }],
    [...ofAws, statement('Put'), statement('Query'), { used: 'a Query t' }],
  );
  expect(unusedStatements(directory)).toEqual(['a Put t']);
});

it('what AWS itself uses needs no call, and an exception that covers nothing is named', () => {
  expect(unusedStatements(recorded(ofAws))).toEqual([]);
  expect(unusedStatements(recorded(ofAws.slice(0, 2)))).toEqual([
    expect.stringMatching(/^the exception .*UploadBatch.* has no unused statement$/),
  ]);
});
