import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { listenOnLoopback, readBody } from '../../packages/local-servers/loopback.ts';

const uploadBody = z.object({ audioUrl: z.string() });
const statusAnswer = z.looseObject({ taskId: z.string(), failReason: z.string().optional() });

/** What a careless provider does with what it was told. */
export interface Echo {
  /** Refuses so many calls of this kind in words that repeat all it knows: 400. */
  refuse: { upload: number; create: number };
  /** Carries a create out and answers it with a page of such words instead of JSON. */
  garble: { create: number };
  /** Carries the relay's submission out and answers it as an error with HTTP 200, in such words. */
  deny: { music: number };
}

/**
 * A provider that repeats, in every error, the signed URL and the key that it was given: plain, encoded, and
 * escaped. In all else it is the server that it stands before.
 */
export async function startEchoingProvider(server: string) {
  const echo: Echo = { refuse: { upload: 0, create: 0 }, garble: { create: 0 }, deny: { music: 0 } };
  const seen = { urls: new Set<string>(), authorizations: new Set<string>() };
  const urlOf = new Map<string, string>();

  const words = (authorization: string, url = [...seen.urls].at(-1) ?? 'nothing') =>
    `cannot use "${url}" (${encodeURIComponent(url)}) <a href='${url.replaceAll('&', '&amp;')}'>it</a>, ` +
    `${JSON.stringify({ url }).replaceAll('&', '\\u0026')}, with ${authorization}, key=${authorization.slice(7)}`;

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { authorization = '', 'content-type': type = '' } = request.headers;
    const method = request.method ?? 'GET';
    const route = request.url?.split('?')[0]?.split('/').at(-1);
    const body = (await readBody(request, 100_000))?.toString() ?? '';
    seen.authorizations.add(authorization);
    const audioUrl = route === 'upload' ? uploadBody.parse(JSON.parse(body)).audioUrl : undefined;
    if (audioUrl !== undefined) seen.urls.add(audioUrl);

    if ((route === 'upload' || route === 'create') && echo.refuse[route]-- > 0) {
      return void response.writeHead(400).end(JSON.stringify({ message: words(authorization, audioUrl) }));
    }
    const answer = await fetch(server + request.url, {
      method,
      headers: { authorization, ...(type === '' ? {} : { 'content-type': type }) },
      ...(method === 'POST' ? { body } : {}),
    });
    const text = await answer.text();
    const told = statusAnswer.safeParse(JSON.parse(text));
    if (told.success && audioUrl !== undefined) urlOf.set(told.data.taskId, audioUrl);
    if (route === 'music' && echo.deny.music-- > 0) {
      const denial = { code: 'fail', message: words(authorization), data: null };
      return void response.writeHead(200).end(JSON.stringify(denial));
    }
    if (route === 'create' && echo.garble.create-- > 0) {
      return void response.writeHead(201).end(`<html>${words(authorization)}</html>`);
    }
    if (!told.success || told.data.failReason === undefined) {
      return void response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
    }
    const { taskId, failReason } = told.data;
    const repeated = `${failReason} ${words(authorization, urlOf.get(taskId))}`;
    response.writeHead(answer.status).end(JSON.stringify({ ...told.data, failReason: repeated }));
  }

  const http = createServer((request, response) => {
    // The server behind has cut the connection: so does this one.
    pass(request, response).catch(() => request.socket.destroy());
  });
  const { url, close } = await listenOnLoopback(http, 0);
  return { url, echo, seen, close };
}
