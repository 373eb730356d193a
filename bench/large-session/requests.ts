/** The functions of the API in a process of their own, asked as API Gateway asks them; reports to its parent. */
import type { APIGatewayProxyEventV2WithJWTAuthorizer, Context } from 'aws-lambda';
import { z } from 'zod';
import { handler as deleteSession } from '../../functions/api/delete-session/handler.ts';
import { handler as getSession } from '../../functions/api/get-session/handler.ts';
import { reportSchema } from './report.ts';

const [sessionId = ''] = process.argv.slice(2);

/** Longest that a client waits for one answer, in seconds. */
const patience = 30;

function eventOf(query: Record<string, string>): APIGatewayProxyEventV2WithJWTAuthorizer {
  const event = {
    headers: {},
    pathParameters: { id: sessionId },
    queryStringParameters: query,
    requestContext: { authorizer: { jwt: { claims: { sub: 'ana' } } } },
  };
  return Object.assign(Object.create(null), event);
}

const pageSchema = z.object({ nextTracks: z.string().optional() });

const context: Context = Object.assign(Object.create(null), { awsRequestId: 'bench' });

async function measured(work: () => Promise<number>) {
  const cpu = process.cpuUsage();
  const began = performance.now();
  const requests = await work();
  const { user, system } = process.cpuUsage(cpu);
  return {
    requests,
    seconds: (performance.now() - began) / 1000,
    cpuSeconds: (user + system) / 1_000_000,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  };
}

async function readAll(): Promise<number> {
  let requests = 0;
  for (let after: string | undefined = ''; after !== undefined; requests++) {
    const answer: { body?: string | undefined } = await getSession(
      eventOf(after === '' ? {} : { after }),
      context,
    );
    after = pageSchema.parse(JSON.parse(answer.body ?? '')).nextTracks;
  }
  return requests;
}

async function deleteAll(): Promise<number> {
  for (let requests = 1; ; requests++) {
    const began = performance.now();
    const { statusCode, body = '' } = await deleteSession(eventOf({}), context);
    const seconds = (performance.now() - began) / 1000;
    if (seconds > patience) console.log(`one request took ${seconds.toFixed(1)} s`);
    if (statusCode === 204) return requests;
    if (statusCode !== 202) throw new Error(`${statusCode}: ${body}`);
  }
}

const start = process.resourceUsage().maxRSS / 1024;
const read = await measured(readAll);
const deleted = await measured(deleteAll);
process.send?.(reportSchema.parse({ start, read, deleted }));
