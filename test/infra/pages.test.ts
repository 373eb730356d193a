import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { sessionStatuses, trackStatuses } from '../../functions/domain/session.ts';
import { propertiesOf, synthesized } from './synthesized.ts';

const page = readFileSync(new URL('../../docs/architecture.md', import.meta.url), 'utf8');
/** What stands in the first columns of the page's tables. */
const firstColumns = page
  .split('\n')
  .flatMap((line) => /^\| (`[^|]+) \|/.exec(line)?.[1] ?? [])
  .flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, word]) => word));

describe('the architecture page', () => {
  test.each([
    ['session', sessionStatuses],
    ['track', trackStatuses],
  ])('explains every status of a %s', (_, statuses) => {
    expect(firstColumns).toEqual(expect.arrayContaining([...statuses]));
  });

  test('explains every route of the API, and no other', () => {
    const routes = Object.values(propertiesOf(synthesized().service, 'AWS::ApiGatewayV2::Route'));
    const explained = firstColumns.filter((word) => /^(\$default$|[A-Z]+ \/)/.test(word ?? ''));
    expect(explained.sort()).toEqual(routes.map(({ RouteKey }) => RouteKey).sort());
  });
});
