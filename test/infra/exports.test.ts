import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { configurations } from './configurations.ts';
import { configured, synthesized } from './synthesized.ts';

const exportSchema = z.object({ Value: z.unknown(), Export: z.object({ Name: z.string() }).optional() });

/** What the storage stack exports, by its name. */
function exportsOf(config = configured()): Record<string, unknown> {
  const outputs = Object.values(synthesized(config).storage.findOutputs('*')).map((it) =>
    exportSchema.parse(it),
  );
  return Object.fromEntries(outputs.flatMap(({ Export, Value }) => (Export ? [[Export.Name, Value]] : [])));
}

/** What the service stack imports. */
function importsOf(config = configured()): string[] {
  const text = JSON.stringify(synthesized(config).service.toJSON());
  return [...new Set([...text.matchAll(/"Fn::ImportValue":"([^"]+)"/g)].map(([, name = '']) => name))];
}

// The storage is deployed first. CloudFormation refuses to delete or to change an export while a deployed stack imports it.
const moves = Object.entries({ ...configurations, dev: configured({ stage: 'prod' }) });
describe.each(moves)('a stage deployed with %s', (_, deployed) => {
  test.each(moves)('can be moved to %s: no export that its service imports goes or changes', (_, next) => {
    const [before, after] = [exportsOf(deployed), exportsOf(next)];
    const imports = importsOf(deployed);
    expect(imports.length).toBeGreaterThan(3);
    const used = (values: Record<string, unknown>) => imports.map((name) => [name, values[name]]);
    expect(used(before).map(([, value]) => value)).not.toContain(undefined);
    expect(used(after)).toEqual(used(before));
  });
});
