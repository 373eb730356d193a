import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { z } from 'zod';
import { matchRoute } from '../../packages/local-aws/api-gateway/routes.ts';
import type { TestStack } from '../../test-support/local-stack.ts';
import { type Answer, brokenRules } from './judge.ts';
import { type HostileRequest, hostileRequests } from './requests.ts';
import type { Target } from './target.ts';

/** Marks the session that no caller here may see. */
const marker = 'only-its-owner-reads-this';

/** Placeholders in a generated path for another owner's session and for the owner's own: both are created anew. */
const victims = '~victim~';
const owners = ['~own1~', '~own2~', '~own3~', '~own4~'];

/** Every route of a running stack, with sessions of the calling owner and one of another owner. */
export async function apiTarget(stack: TestStack) {
  const { ready, assembly } = stack.stack;
  const routes = assembly.apis.flatMap((api) => api.routes);
  const tokens = {
    owner: await stack.stack.token('owner of the fuzz'),
    stranger: await stack.stack.token('stranger of the fuzz'),
    victim: await stack.stack.token('victim of the fuzz'),
  };
  const declare = async (name: string, token: string) => {
    const files = Array.from({ length: 6 }, (_, index) => ({ name, size: 9, sha256: `${index}`.repeat(64) }));
    const { body } = await stack.call('POST', '/sessions', { name, files }, token);
    return z.object({ sessionId: z.string() }).parse(body).sessionId;
  };
  const ids = new Map<string, string>([[victims, await declare(marker, tokens.victim)]]);
  for (const name of owners) ids.set(name, await declare(name, tokens.owner));
  const victim = ids.get(victims);
  const before = await stack.call('GET', `/sessions/${victim}`, undefined, tokens.victim);

  const secrets = secretsOf(stack, tokens);
  const tally = new Map<number, number>();
  const authorization: Readonly<Record<HostileRequest['as'], string | undefined>> = {
    owner: `Bearer ${tokens.owner}`,
    stranger: `Bearer ${tokens.stranger}`,
    nobody: undefined,
    nonsense: `Bearer ${tokens.owner}x`,
  };
  return {
    name: 'the API',
    tally,
    input: hostileRequests(
      routes.map(({ key }) => key),
      [victims, ...owners],
    ),
    async play(sent: HostileRequest) {
      const named = /~\w+~/.exec(sent.path)?.[0] ?? '';
      const target = sent.path.replaceAll(/~\w+~/g, (name) => ids.get(name) ?? name);
      const answer = await ask(ready.api, { ...sent, path: target }, authorization[sent.as]);
      tally.set(answer.status, (tally.get(answer.status) ?? 0) + 1);
      // What was deleted is there again for the next.
      if (answer.status === 204 && ids.has(named)) ids.set(named, await declare(named, tokens.owner));
      const { method } = sent;
      const route = matchRoute(routes, method, target.split('?')[0] ?? '')?.route.key;
      return brokenRules(answer, { method, route, secrets });
    },
    /** @throws Error when the other owner's session changed */
    async close() {
      const after = await stack.call('GET', `/sessions/${victim}`, undefined, tokens.victim);
      if (JSON.stringify(after.body) !== JSON.stringify(before.body)) {
        throw new Error("Another owner's session was changed.");
      }
    },
  } satisfies Target<HostileRequest> & { close(): Promise<void>; tally: ReadonlyMap<number, number> };
}

function secretsOf({ stack, home }: TestStack, tokens: Record<string, string>): ReadonlyMap<string, string> {
  const { ready, access, assembly } = stack;
  const file = readFileSync(path.join(home, 'issuer', 'issuer-key.json'), 'utf8');
  const { d } = z.object({ d: z.string() }).parse(JSON.parse(file));
  const signatures = Object.entries({ ...tokens, local: ready.token }).map(
    ([name, token]) => [`the token of ${name}`, token.split('.')[2] ?? token] as const,
  );
  return new Map([
    ...signatures,
    ['the key of the provider', ready.providerKey ?? 'there is no sandbox'],
    ['the key of the administrator', ready.adminKey.secretAccessKey],
    ...assembly.roles.map(
      ({ arn, name }) => [`the key of ${name}`, access.credentialsFor(arn).secretAccessKey] as const,
    ),
    ['the private key of the tokens', d],
    ["somebody else's session", marker],
  ]);
}

function ask(
  api: string,
  { method, path: target, headers, body }: HostileRequest,
  authorization: string | undefined,
): Promise<Answer> {
  const { hostname, port } = new URL(api);
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        hostname,
        port,
        method,
        path: target,
        // A connection of its own: one that was kept may be closed just as it is used again.
        agent: false,
        headers: {
          ...headers,
          ...(authorization === undefined ? {} : { authorization }),
          ...(body === undefined ? {} : { 'content-length': body.length }),
        },
      },
      async (answer) => {
        try {
          const chunks: Buffer[] = [];
          for await (const chunk of answer) chunks.push(chunk);
          const text = Buffer.concat(chunks).toString();
          const headers = answer.rawHeaders.join('\n');
          resolve({ status: answer.statusCode ?? 0, type: answer.headers['content-type'], headers, text });
        } catch (error) {
          reject(error);
        }
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
