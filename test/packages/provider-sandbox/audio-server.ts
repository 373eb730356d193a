import { createServer } from 'node:http';

/** A server of small files: `/n.wav` is the beginning of a WAV, `/text` is text, all else is not there. */
export async function startAudioServer(): Promise<{
  url: string;
  requests: string[];
  close(): Promise<void>;
}> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    const path = (request.url ?? '').split('?')[0] ?? '';
    const wav = Buffer.concat([Buffer.from('RIFF\x24\x10\x00\x00WAVEfmt '), Buffer.alloc(4000)]);
    if (path.endsWith('.wav')) response.end(wav);
    else if (path === '/text') response.end('this is no music at all');
    else if (path === '/empty') response.end();
    else if (path === '/cut') {
      response.writeHead(200, { 'content-length': '100000' });
      response.write(wav, () => request.socket.destroy());
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
