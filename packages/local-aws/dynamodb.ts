import { mkdir } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import batchWriteItem from 'dynalite/actions/batchWriteItem.js';
import createTable from 'dynalite/actions/createTable.js';
import deleteItem from 'dynalite/actions/deleteItem.js';
import describeTable from 'dynalite/actions/describeTable.js';
import getItem from 'dynalite/actions/getItem.js';
import putItem from 'dynalite/actions/putItem.js';
import query from 'dynalite/actions/query.js';
import updateItem from 'dynalite/actions/updateItem.js';
import database, { type Iterator, type Store, type StoredTable } from 'dynalite/db/index.js';
import batchWriteItemRules from 'dynalite/validations/batchWriteItem.js';
import createTableRules from 'dynalite/validations/createTable.js';
import deleteItemRules from 'dynalite/validations/deleteItem.js';
import describeTableRules from 'dynalite/validations/describeTable.js';
import getItemRules from 'dynalite/validations/getItem.js';
import validations, { type Rules } from 'dynalite/validations/index.js';
import putItemRules from 'dynalite/validations/putItem.js';
import queryRules from 'dynalite/validations/query.js';
import updateItemRules from 'dynalite/validations/updateItem.js';
import { z } from 'zod';
import type { Table } from './assembly.ts';
import type { ServiceHandler } from './aws-endpoint.ts';
import { AwsError } from './aws-error.ts';
import type { Access } from './iam.ts';

export interface DynamoDbOptions {
  /** Kept between starts. One process at a time. */
  readonly directory: string;
  /** Created when missing. A table on disk with other keys is an error: nothing here migrates data. */
  readonly tables: readonly Table[];
  readonly access: Pick<Access, 'check'>;
}

type Action = typeof getItem;

const operations: ReadonlyMap<string, { readonly action: Action; readonly rules: Rules }> = new Map([
  ['BatchWriteItem', { action: batchWriteItem, rules: batchWriteItemRules }],
  ['DeleteItem', { action: deleteItem, rules: deleteItemRules }],
  ['DescribeTable', { action: describeTable, rules: describeTableRules }],
  ['GetItem', { action: getItem, rules: getItemRules }],
  ['PutItem', { action: putItem, rules: putItemRules }],
  ['Query', { action: query, rules: queryRules }],
  ['UpdateItem', { action: updateItem, rules: updateItemRules }],
]);

/**
 * DynamoDB on disk: dynalite behind the synthesized policies.
 * Its parts are called in-process; its own HTTP server checks no signature and would be a way round them.
 * A write is in the operating system's hands when it is answered, so it survives a kill of this process.
 */
export async function openDynamoDb({ directory, tables, access }: DynamoDbOptions): Promise<{
  handler: ServiceHandler;
  close(): Promise<void>;
}> {
  await mkdir(directory, { recursive: true });
  const store = database.create({ path: directory, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  closeIterators(store.db);
  try {
    await store.db.open();
  } catch (error) {
    throw new Error(`${directory} cannot be opened; is another stack running on it?`, { cause: error });
  }
  readAtOnce(store.db);
  for (const table of tables) await ensureTable(store, table, directory);

  return {
    handler: async (operation, input, { accessKeyId }) => {
      const known = operations.get(operation);
      if (!known) {
        throw new AwsError(
          'UnknownOperationException',
          400,
          `DynamoDB ${operation} is not known to the local runtime.`,
        );
      }
      for (const name of namesOf(input)) {
        const table = tables.find((one) => one.name === name);
        const arn = table?.arn ?? `arn:aws:dynamodb:::table/${name}`;
        // A query of an index is allowed or not by the index's own ARN, as in AWS.
        const resource = typeof input.IndexName === 'string' ? `${arn}/index/${input.IndexName}` : arn;
        access.check(accessKeyId, `dynamodb:${operation}`, resource);
      }
      return run(store, operation, known, input);
    },
    close: () =>
      new Promise((resolve, reject) => store.db.close((error) => (error ? reject(error) : resolve()))),
  };
}

/**
 * Reads without a thread of their own. LevelDB has what was written lately in memory; each operation reads the table's
 * description besides its item, and to wait for a thread cost more than both.
 */
function readAtOnce(db: Store['db']): void {
  db.get = (key, done) => {
    let error: Error | null = null;
    let value: unknown;
    try {
      value = db.getSync(key);
      if (value === undefined) error = Object.assign(new Error('NotFound'), { name: 'NotFoundError' });
    } catch (failure) {
      error = failure instanceof Error ? failure : new Error(String(failure));
    }
    setImmediate(done, error, value);
  };
}

/**
 * dynalite ends an iterator by its `return`, which those of its database lack: every query would leave one open, and with it
 * all of the database that was in memory at that moment.
 */
function closeIterators(db: Store['db']): void {
  const closed = (make: (options?: object) => Iterator) => (options?: object) => {
    const iterator = make(options);
    iterator.return = () => iterator.close();
    return iterator;
  };
  db.keys = closed(db.keys.bind(db));
  db.values = closed(db.values.bind(db));
}

/** The tables that a request is about: a batch may name several. */
function namesOf({ TableName, RequestItems }: Record<string, unknown>): string[] {
  return RequestItems === undefined ? [String(TableName)] : Object.keys(Object(RequestItems));
}

/** Creates a table, or checks that the one on disk has the same keys. */
async function ensureTable(store: Store, table: Table, directory: string): Promise<void> {
  const stored = await readTable(store, table.name);
  if (stored) {
    const [there, wanted] = [keysOf(stored), keysOf(table.create)];
    const changed = Object.keys(wanted).find((field) => !isDeepStrictEqual(there[field], wanted[field]));
    if (changed !== undefined) {
      throw new Error(
        `Table ${table.name} in ${directory} has another ${changed} than the template. ` +
          'Move that directory away to start with an empty one.',
      );
    }
  } else {
    const input = { TableName: table.name, ...table.create };
    await run(store, 'CreateTable', { action: createTable, rules: createTableRules }, input);
  }
  // dynalite turns a table ACTIVE a moment later; a kill in between would leave it CREATING for ever.
  const created = await readTable(store, table.name);
  if (created && created.TableStatus !== 'ACTIVE') await activate(store, table.name, created);
}

const keysSchema = z.object({
  KeySchema: z.array(z.unknown()),
  AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.string() })),
  GlobalSecondaryIndexes: z
    .array(z.object({ IndexName: z.string(), KeySchema: z.unknown(), Projection: z.unknown() }))
    .default([]),
});

/** What makes a table the same one: without the fields that dynalite adds, and in one order. */
function keysOf(description: unknown): Record<string, unknown> {
  const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes } = keysSchema.parse(description);
  return {
    KeySchema,
    AttributeDefinitions: AttributeDefinitions.toSorted((a, b) =>
      a.AttributeName < b.AttributeName ? -1 : 1,
    ),
    GlobalSecondaryIndexes: GlobalSecondaryIndexes.toSorted((a, b) => (a.IndexName < b.IndexName ? -1 : 1)),
  };
}

function readTable(store: Store, name: string): Promise<StoredTable | undefined> {
  return new Promise((resolve, reject) => {
    store.tableDb.get(name, (error, table) => {
      if (error && error.name !== 'NotFoundError') reject(error);
      else resolve(table);
    });
  });
}

function activate(store: Store, name: string, table: StoredTable): Promise<void> {
  const active = {
    ...table,
    TableStatus: 'ACTIVE',
    ...(table.GlobalSecondaryIndexes && {
      GlobalSecondaryIndexes: table.GlobalSecondaryIndexes.map((index) => ({
        ...index,
        IndexStatus: 'ACTIVE',
      })),
    }),
  };
  return new Promise((resolve, reject) => {
    store.tableDb.put(name, active, (error) => (error ? reject(error) : resolve()));
  });
}

/** One operation with dynalite's own validation; a field that it does not know is refused, not dropped. */
async function run(
  store: Store,
  operation: string,
  { action, rules }: { action: Action; rules: Rules },
  input: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const unknown = Object.keys(input).find((field) => !(field in rules.types));
  if (unknown !== undefined) {
    throw new AwsError(
      'ValidationException',
      400,
      `DynamoDB ${operation}: ${unknown} is not known to the local runtime.`,
    );
  }
  try {
    const checked = validations.checkTypes(input, rules.types);
    validations.checkValidations(checked, rules.types, rules.custom, store);
    return await new Promise((resolve, reject) => {
      action(store, checked, (error, output) => (error ? reject(error) : resolve(output)));
    });
  } catch (error) {
    throw asAwsError(error);
  }
}

const refusalSchema = z.object({
  statusCode: z.number(),
  body: z.object({
    __type: z.string(),
    message: z.string().optional(),
    Message: z.string().optional(),
  }),
});

/** dynalite's refusals carry the answer's body; anything else is a fault of its own and stays as it is. */
function asAwsError(error: unknown): unknown {
  const refusal = refusalSchema.safeParse(error);
  if (!refusal.success) return error;
  const { statusCode, body } = refusal.data;
  const code = body.__type.replace(/^.*#/, '');
  return new AwsError(code, statusCode, body.message ?? body.Message ?? code);
}
