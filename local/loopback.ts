import type { IncomingMessage, Server } from 'node:http';

/** Listens on 127.0.0.1, and nowhere else. `port` 0 takes a free one. Rejects when the port is taken. */
export async function listenOnLoopback(
  server: Server,
  port: number,
): Promise<{ url: string; close(): Promise<void> }> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        // Clients keep connections open for the next request; nobody will send one.
        server.closeAllConnections();
      }),
  };
}

/** The whole body, or undefined when it is longer than `limit` bytes; the rest of it is read and dropped. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length <= limit) chunks.push(bytes);
  }
  return length > limit ? undefined : Buffer.concat(chunks);
}
