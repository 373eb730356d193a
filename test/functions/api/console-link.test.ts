import { expect, it } from 'vitest';
import { sessionAnswer } from '../../../functions/api/contract/session.ts';
import { consoleLink } from '../../../functions/api/get-session/console-link.ts';

const execution = 'eu-central-1:123456789012:execution:chirpsmith-prod-train-model:s-1';
const arn = `arn:aws:states:${execution}`;

it("links to the execution in AWS's console", () => {
  const { executionUrl } = consoleLink(arn, 'prod');
  expect(executionUrl).toBe(
    'https://eu-central-1.console.aws.amazon.com/states/home?region=eu-central-1' +
      `#/v2/executions/details/${arn}`,
  );
  // As the contract has it.
  expect(sessionAnswer.shape.executionUrl.parse(executionUrl)).toBe(executionUrl);
});

it.each([
  ['at stage local', arn, 'local'],
  ['before the first execution', undefined, 'prod'],
  ['in a partition with another console', `arn:aws-cn:states:${execution}`, 'prod'],
])('is absent %s', (_, of, stage) => {
  expect(consoleLink(of, stage)).toEqual({});
});
