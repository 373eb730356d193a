import { expect, it } from 'vitest';
import { requireAudioWay } from '../../cli/audio-way.ts';
import type { ConnectedStack } from '../../cli/connect.ts';
import { UsageError } from '../../cli/usage-error.ts';
import { startLinksServer } from '../../local/audio-way/links-server.ts';

/** What a command says when the bucket does not take its credentials. */
async function refused(startedHere: boolean): Promise<UsageError> {
  const problem = {
    summary: 'The audio cannot go through s3://mine.',
    problems: [{ where: 'AWS_REGION', message: 'Set AWS_REGION=eu-west-3.' }],
  };
  const server = await startLinksServer({ way: undefined, problem, list: async () => [], log: () => {} });
  const stack: ConnectedStack['stack'] = {
    provider: 'https://api.provider.example',
    sandbox: false,
    audio: { kind: 'bucket', name: 's3://mine', keep: false, links: server.url },
  };
  const error = await requireAudioWay({ stack, startedHere }).catch((caught: unknown) => caught);
  await server.close();
  if (!(error instanceof UsageError)) throw error;
  return error;
}

it('a command that started the stack says what to change', async () => {
  const { message, problems, next } = await refused(true);
  expect(message).toBe('Nothing was spent. The audio cannot go through s3://mine.');
  expect(problems).toEqual([{ where: 'AWS_REGION', message: 'Set AWS_REGION=eu-west-3.' }]);
  expect(next).toBeUndefined();
});

it('a stack that ran before has the variables of its start, and is ended first', async () => {
  const { next } = await refused(false);
  expect(next).toEqual([
    {
      words: 'The running stack has the AWS variables of its start. To end it; sessions and files are kept:',
      command: 'npx chirpsmith stop',
    },
  ]);
});
