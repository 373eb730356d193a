import { expect, test } from 'vitest';
import { eventLimit } from '../../../../packages/local-aws/step-functions/history.ts';
import { parseDefinition } from '../../../../packages/local-aws/step-functions/parse-definition.ts';
import { benchWith, functionArn, machineArn } from './machine-fixture.ts';

const task = (name: string, more: object) => ({ Type: 'Task', Resource: functionArn(name), ...more });

const machine = (more: object = {}, states?: object) => ({
  StartAt: 'Each',
  States: {
    Each: {
      Type: 'Map',
      Label: 'Files',
      ItemsPath: '$.items',
      ItemSelector: { 'n.$': '$$.Map.Item.Value', 'all.$': '$.name' },
      MaxConcurrency: 3,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Work',
        States: states ?? { Work: task('work', { End: true }) },
      },
      End: true,
      ...more,
    },
  },
});
const items = (count: number) => Array.from({ length: count }, (_, index) => index);

test('each item is selected in the state of the Map, and as many run at once as configured', async () => {
  let active = 0;
  let most = 0;
  const bench = await benchWith(machine(), {
    work: async ({ n, all }: { n: number; all: string }) => {
      most = Math.max(most, ++active);
      await new Promise((resolve) => setTimeout(resolve, 1));
      active--;
      return `${all} ${n}`;
    },
  });
  const { output } = await bench.run({ items: items(7), name: 'of seven' });
  expect(JSON.parse(String(output))).toEqual(items(7).map((n) => `of seven ${n}`));
  expect(most).toBe(3);
});

test('the events of the items are not in the history of the machine, and each item has its own limit', async () => {
  const steps = 40;
  const chain = Object.fromEntries(
    Array.from({ length: steps }, (_, index) => [
      index === 0 ? 'Work' : `Step ${index}`,
      { Type: 'Pass', ...(index === steps - 1 ? { End: true } : { Next: `Step ${index + 1}` }) },
    ]),
  );
  const bench = await benchWith(machine({}, chain));
  const { status } = await bench.run({ items: items(320), name: '' });
  // Two for each step: more than one execution may have.
  expect(320 * steps * 2).toBeGreaterThan(eventLimit);
  expect(status).toBe('SUCCEEDED');
  expect(await bench.types()).toEqual([
    'ExecutionStarted',
    'MapStateEntered',
    'MapStateStarted',
    'MapRunStarted',
    'MapRunSucceeded',
    'MapStateSucceeded',
    'MapStateExited',
    'ExecutionSucceeded',
  ]);
});

test('an item that fails ends the run unless it is tolerated', async () => {
  const work = ({ n }: { n: number }) => {
    if (n === 1) throw new Error('broken');
    return n;
  };
  const strict = await benchWith(machine(), { work });
  expect(await strict.run({ items: items(4), name: '' })).toMatchObject({
    status: 'FAILED',
    error: 'States.ExceedToleratedFailureThreshold',
  });
  const tolerant = await benchWith(machine({ ToleratedFailurePercentage: 25 }), { work });
  const { output } = await tolerant.run({ items: items(4), name: '' });
  expect(JSON.parse(String(output))).toEqual([0, 2, 3]);
});

test('items that are batched fail together, and each of them counts', async () => {
  const work = ({ Items }: { Items: { n: number }[] }) => {
    if (Items.some(({ n }) => n === 4)) throw new Error('broken');
    return Items.map(({ n }) => n);
  };
  const batched = { ItemBatcher: { MaxItemsPerBatch: 2 } };
  const tolerant = await benchWith(machine({ ...batched, ToleratedFailurePercentage: 20 }), { work });
  const { output } = await tolerant.run({ items: items(5), name: '' });
  expect(JSON.parse(String(output))).toEqual([
    [0, 1],
    [2, 3],
  ]);
  const strict = await benchWith(machine({ ...batched, ToleratedFailurePercentage: 30 }), {
    work: ({ Items }: { Items: { n: number }[] }) => {
      if (Items.some(({ n }) => n === 0)) throw new Error('broken');
      return null;
    },
  });
  expect(await strict.run({ items: items(5), name: '' })).toMatchObject({ status: 'FAILED' });
});

test('the machine needs the permission to start its own executions', async () => {
  const asked: string[] = [];
  const check = (_: string, action: string, resource: string) => {
    if (action === 'states:StartExecution' && asked.push(resource) > 1)
      throw new Error('is not authorized to perform');
  };
  const bench = await benchWith(machine(), { work: () => null }, { check });
  expect(await bench.run({ items: [1], name: '' })).toMatchObject({
    status: 'FAILED',
    error: 'States.Permissions',
  });
  expect(asked).toEqual([machineArn, machineArn]);
});

test('what only a Distributed Map knows, or it does not know here, is refused', () => {
  const inline = { ItemProcessor: { StartAt: 'W', States: { W: { Type: 'Succeed' } } } };
  expect(() => parseDefinition('m', machine(inline))).toThrow('States.Each.Label: is for a Distributed Map');
  const batched = { ItemBatcher: { MaxItemsPerBatch: 2 }, Label: undefined };
  expect(() => parseDefinition('m', machine({ ...inline, ...batched }))).toThrow(
    'States.Each.ItemBatcher: is for a Distributed Map',
  );
  expect(() => parseDefinition('m', machine({ ItemBatcher: { MaxItemsPerBatch: 0 } }))).toThrow(
    'ItemBatcher',
  );
  for (const field of ['ItemReader', 'ResultWriter', 'ToleratedFailureCount']) {
    expect(() => parseDefinition('m', machine({ [field]: {} }))).toThrow(field);
  }
});
