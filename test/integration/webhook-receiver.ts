import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { selfSigned } from './self-signed.ts';

const sentEvent = z.strictObject({
  id: z.string(),
  type: z.string(),
  source: z.string(),
  time: z.string(),
  detail: z.record(z.string(), z.unknown()),
});

/** What came by one request. */
export interface Received {
  readonly header: string;
  readonly body: string;
  readonly event: z.infer<typeof sentEvent>;
}

/**
 * Somebody's server at the other end of the webhook: https, with a certificate that only who is told trusts.
 * @param answer the status with which a request is answered
 */
export async function startReceiver(answer: (received: Received) => number) {
  const { certificate, key } = selfSigned('localhost');
  const server = createServer({ cert: certificate, key }, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const header = String(request.headers['chirpsmith-signature']);
    response.writeHead(answer({ header, body, event: sentEvent.parse(JSON.parse(body)) })).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `https://localhost:${port}/hook`,
    certificate,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The check that docs/events.md gives to receivers, as it stands there. */
export async function documentedCheck(
  directory: string,
): Promise<(header: string, body: string, secret: string) => boolean> {
  const page = readFileSync(new URL('../../docs/events.md', import.meta.url), 'utf8');
  const [, code] = /^```js\n([\s\S]+?)^```$/m.exec(page) ?? [];
  if (code === undefined) throw new Error('docs/events.md shows no check.');
  const file = path.join(directory, 'is-ours.mjs');
  writeFileSync(file, `${code}\nexport { isOurs };\n`);
  const { isOurs } = await import(pathToFileURL(file).href);
  return (header, body, secret) => Boolean(isOurs(header, body, secret));
}
