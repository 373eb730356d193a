/**
 * Where AWS's console shows an execution; empty at stage local, and in partitions whose console is elsewhere.
 * @param arn of an execution that there is, or undefined before the first
 */
export function consoleLink(arn: string | undefined, stage: string): { executionUrl?: string } {
  const [, region] = /^arn:aws:states:([a-z0-9-]+):\d{12}:execution:/.exec(arn ?? '') ?? [];
  if (region === undefined || stage === 'local') return {};
  const states = `https://${region}.console.aws.amazon.com/states/home?region=${region}`;
  return { executionUrl: `${states}#/v2/executions/details/${arn}` };
}
