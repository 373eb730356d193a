import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';

const run = promisify(execFile);

const position = { wait: 10, waited: 0, total: 0, checks: 0, refusals: 0, verdict: 'waiting' };

/** What a function is called with, so that it reads a record that is not there. */
const events: Readonly<Record<'workflow' | 'api', object>> = {
  workflow: {
    execution: { Id: 'arn:aws:states:us-east-1:1:execution:chirpsmith-train:e', Name: 'e', StartTime: '' },
    input: { sessionId: 'none', trackId: '001', ...position },
  },
  api: {
    routeKey: 'GET /sessions/{id}',
    headers: {},
    pathParameters: { id: '0194a0c8-1111-7111-8111-111111111111' },
    requestContext: { authorizer: { jwt: { claims: { sub: 'somebody' } } } },
  },
};

/** Loads a bundle, handles one event, and says the CPU time so far in milliseconds. */
const script = `
  const [file, event] = process.argv.slice(1);
  const { handler } = await import(file);
  await handler(JSON.parse(event), { awsRequestId: 'r', getRemainingTimeInMillis: () => 30000 }).catch(() => {});
  process.stderr.write('CPU ' + process.cpuUsage().user / 1000);
  process.exit(0);
`;

/** A table and a secret that hold nothing. */
async function emptyAws() {
  const server = createServer((request, response) => {
    request
      .resume()
      .on('end', () => response.setHeader('content-type', 'application/x-amz-json-1.0').end('{}'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

/**
 * CPU time in user mode until a new environment of a function has answered for the first time, in milliseconds: the start
 * of Node, the bundle, its clients, one read that finds nothing. The middle of many, since a busy machine adds to it.
 * @param files index.mjs of a bundle, and which kind of event it takes
 */
export async function firstAnswers(
  files: readonly { readonly file: string; readonly kind: keyof typeof events }[],
  { times, env }: { times: number; env: Readonly<Record<string, string>> },
): Promise<number[]> {
  const aws = await emptyAws();
  const all = files.map((): number[] => []);
  for (let time = 0; time < times; time++) {
    for (const [index, { file, kind }] of files.entries()) {
      const { stderr } = await run(
        process.execPath,
        ['--input-type=module', '-e', script, file, JSON.stringify(events[kind])],
        {
          env: { ...env, AWS_ENDPOINT_URL: aws.url },
        },
      );
      all[index]?.push(Number(/CPU ([\d.]+)$/.exec(stderr)?.[1]));
    }
  }
  aws.close();
  return all.map((found) => found.sort((a, b) => a - b)[Math.floor(found.length / 2)] ?? Number.NaN);
}
