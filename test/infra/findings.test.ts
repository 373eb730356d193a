import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { configurations } from './configurations.ts';
import { synthesized } from './synthesized.ts';

const { app } = synthesized(configurations['everything on']);
const checks = [AwsSolutionsChecks, ServerlessChecks];

describe('findings', () => {
  test.each(Object.entries(configurations))('cdk-nag has none that is not acknowledged: %s', (_, config) => {
    const { app: configured } = synthesized(config);
    const found = checks.flatMap((Checks) =>
      new Checks(configured, { verbose: true })
        .validateScope(configured)
        .violations.flatMap(({ ruleName, violatingResources }) =>
          violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
        ),
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
