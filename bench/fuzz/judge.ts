import type { z } from 'zod';
import { problemAnswer } from '../../functions/api/contract/problem.ts';
import { routes } from '../../functions/api/routes.ts';
import { routeKey } from '../../functions/runtime/spec.ts';

export interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  readonly text: string;
  /** All of its headers, as one text. */
  readonly headers: string;
}

/** Lines of a stack trace, paths of source files, and the names that only a program has for its errors. */
export const insides =
  /\bat [^\n]{1,200}:\d+:\d+|\bnode:internal|node_modules|\.[mc]?[jt]s:\d+|(Zod|Type|Syntax|Range|Reference)Error|Exception\b/;

/** What API Gateway answers by itself, and the local server before it, by status: `{"message": …}` and nothing else. */
const ofApiGateway = new Map([
  [401, 'Unauthorized'],
  [403, 'Pages of other origins may change nothing here.'],
  [413, 'Request Entity Too Large'],
]);

/**
 * The rules that an answer breaks: no 5xx, no look inside, no secret, and the form that was promised.
 * @param secrets by their name
 */
export function brokenRules(
  answer: Answer,
  {
    method,
    route,
    secrets,
  }: { method: string; route: string | undefined; secrets: ReadonlyMap<string, string> },
): string[] {
  const { status, text } = answer;
  const all = answer.headers + text;
  const leaks = [...secrets].filter(([, secret]) => all.includes(secret)).map(([name]) => `it holds ${name}`);
  // The URLs of a new upload are signed, and theirs to have.
  const signed =
    status >= 300 && /x-amz-signature|x-amz-credential/i.test(text) ? ['it holds a signed URL'] : [];
  return [
    ...(status >= 500 ? [`it is a ${status}`] : []),
    ...(status >= 300 && insides.test(all) ? ['it shows the program'] : []),
    ...leaks,
    ...signed,
    ...(method === 'HEAD' ? [] : formOf(answer, route)),
  ];
}

function formOf({ status, type, text }: Answer, route: string | undefined): string[] {
  if (status < 300) {
    const operation = routes.find((spec) => routeKey(spec) === route);
    if (!operation) return route === 'GET /openapi.json' ? [] : [`it is a ${status}, where no route is`];
    const { answer } = operation;
    const isExpected = status === answer.status || (status === 200 && answer.ok !== undefined);
    if (!isExpected) return [`it is a ${status}, not a ${answer.status}`];
    if (!answer.schema) return text === '' ? [] : ['it has a body'];
    return fits(answer.schema, text) ? [] : ['it is not of the form in the contract'];
  }
  const own = ofApiGateway.get(status);
  if (own !== undefined && type === 'application/json' && text === JSON.stringify({ message: own }))
    return [];
  if (type !== 'application/problem+json') return [`its ${status} is no problem details`];
  return fits(problemAnswer.strict(), text) ? [] : ['its problem details have another form'];
}

function fits(schema: z.ZodType, text: string): boolean {
  try {
    return schema.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}
