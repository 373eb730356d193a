import { openDynamoDb } from '../../../packages/local-aws/dynamodb.ts';
import { smallAssembly } from './assembly-fixture.ts';

// Writes fifty items, says so, and waits to be killed.
const [, , directory = ''] = process.argv;
const { handler } = await openDynamoDb({
  directory,
  tables: smallAssembly().tables,
  access: { check: () => undefined },
});
for (let i = 0; i < 50; i++) {
  const Item = { pk: { S: 'killed' }, sk: { S: `track#${String(i)}` }, owner: { S: 'ana' } };
  await handler('PutItem', { TableName: 'sessions', Item }, { accessKeyId: 'nobody' });
}
process.send?.('written');
setInterval(() => undefined, 1000);
