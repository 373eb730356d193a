import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { appWithoutCode, configured } from './synthesized.ts';

// A stage of its own, because a local one has no user pool.
const app = appWithoutCode(configured({ stage: 'prod', allowedOrigins: 'https://a.example' }));

describe('findings', () => {
  test.each([
    ['AwsSolutions', AwsSolutionsChecks],
    ['Serverless', ServerlessChecks],
  ])('cdk-nag (%s) has none that is not acknowledged', (_, Checks) => {
    const { violations } = new Checks(app, { verbose: true }).validateScope(app);
    const found = violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
    );
    expect(found).toEqual([]);
  });

  test('each acknowledged one has its reason', () => {
    const reasons = app.node
      .findAll()
      .flatMap(({ node }) => node.metadata)
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) =>
        Object.values(Object(data)).map((reason) => String(Object(reason).reason ?? reason)),
      );
    expect(reasons.length).toBeGreaterThan(0);
    for (const reason of reasons) expect(reason).toMatch(/^[A-Z].{30,}\.$/);
  });
});
