import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openApiDocument } from '../../../functions/api/openapi/document.ts';
import { routes } from '../../../functions/api/routes.ts';

describe('the OpenAPI document', () => {
  const [route] = routes;
  if (!route) throw new Error('there are routes');
  const named = `${route.method} ${route.path}`;

  it.each([
    ['body', { ...route, body: { schema: z.object({ a: z.string() }) } }],
    ['answer', { ...route, answer: { ...route.answer, schema: z.object({ a: z.string() }) } }],
  ])('refuses a route whose %s has no name in it, and says which route and what to do', (what, changed) => {
    expect(() => openApiDocument([changed])).toThrow(
      `${named}: the schema of its ${what} has no name. Give it one in functions/api/openapi/document.ts.`,
    );
  });

  it('refers to nothing that it does not define', () => {
    const document = openApiDocument();
    const defined = Object.entries(document.components).flatMap(([kind, all]) =>
      Object.keys(all).map((name) => `#/components/${kind}/${name}`),
    );
    const used = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref);
    expect(used.length).toBeGreaterThan(0);
    expect(defined).toEqual(expect.arrayContaining(used));
  });
});
