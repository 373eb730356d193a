import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createMountSea } from '../../../functions/provider/mountsea.ts';
import { createRelay } from '../../../functions/provider/relay.ts';
import { calls } from './mountsea-client.ts';

/**
 * A provider whose kept-alive connections are dead by the time of the next call, as those of a function are that
 * Lambda has frozen meanwhile: it answers once on each connection, and cuts it when it is used again.
 */
async function oneCallPerConnection(answer: object) {
  const used = new Set<Socket>();
  const server = createServer((request, response) => {
    if (used.has(request.socket)) return void request.socket.destroy();
    used.add(request.socket);
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { baseUrl: `http://127.0.0.1:${port}`, connections: () => used.size };
}

const options = (baseUrl: string) => ({ baseUrl, key: async () => 'key' });
/** So that fetch has put the connection of the last call back among those that can be used again. */
const put = async () => {
  for (let turn = 0; turn < 5; turn++) await setImmediate();
};

it.each(Object.entries(calls))(
  '%s is not lost on a connection that an earlier call left open',
  async (_, call) => {
    const { baseUrl, connections } = await oneCallPerConnection({ taskId: 't', sessionId: 's', id: 'p' });
    const provider = createMountSea(options(baseUrl));
    await call(provider).catch(() => {});
    await put();
    const failure = await call(provider).then(
      () => '',
      (error: Error) => error.message,
    );
    expect(failure).not.toMatch('no answer');
    expect(connections()).toBe(2);
  },
);

it('a song from the relay is not lost on a connection that an earlier call left open', async () => {
  const { baseUrl, connections } = await oneCallPerConnection({ code: 'success', data: 't' });
  const provider = createRelay(options(baseUrl));
  const song = { model: 'V5', prompt: 'rain', tags: 'slow', title: 'Rain' };
  const first = await provider.generate(song);
  await put();
  expect(await provider.generate(song)).toEqual(first);
  expect(connections()).toBe(2);
});
