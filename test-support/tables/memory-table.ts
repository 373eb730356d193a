import {
  BatchWriteCommand,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { conditionOf } from './condition.ts';
import type { Table } from './table.ts';

type Item = Record<string, unknown>;

/** By index: the attribute that it is sorted by. */
export const sortKeys: Readonly<Record<string, string>> = { underWay: 'updatedAt', byOwner: 'createdAt' };

/** The conditional part of a write. */
interface Conditional {
  readonly ConditionExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Record<string, unknown> | undefined;
}

/** @throws what DynamoDB throws when a condition does not hold */
function requireCondition(input: Conditional, item: Item | undefined): void {
  const { ConditionExpression, ExpressionAttributeNames: names = {} } = input;
  if (ConditionExpression === undefined) return;
  const values = input.ExpressionAttributeValues ?? {};
  if (!conditionOf(ConditionExpression)({ item: item ?? {}, names, values })) throw conditionFailed();
}

/** What DynamoDB says when a condition does not hold. */
export function conditionFailed(): Error {
  return Object.assign(new Error('The conditional request failed'), {
    name: 'ConditionalCheckFailedException',
  });
}

/**
 * The session table in a Map: just the commands and expressions that the store uses, anything else is an error.
 * Thirty times as fast as dynalite; that both answer alike is held by test/functions/storage/both-tables.test.ts.
 */
export async function openMemoryTable(): Promise<Table> {
  // As JSON: what is read is a copy, without undefined values, as over the wire.
  const items = new Map<string, string>();
  const idOf = (key: Item) => `${String(key.pk)} ${String(key.sk)}`;
  const read = (id: string): Item | undefined => {
    const found = items.get(id);
    return found === undefined ? undefined : JSON.parse(found);
  };

  const answer = (command: unknown): unknown => {
    if (command instanceof GetCommand) {
      const found = read(idOf(command.input.Key ?? {}));
      return found ? { Item: found } : {};
    }
    if (command instanceof PutCommand) {
      const { Item = {} } = command.input;
      requireCondition(command.input, read(idOf(Item)));
      items.set(idOf(Item), JSON.stringify(Item));
      return {};
    }
    if (command instanceof DeleteCommand) {
      const id = idOf(command.input.Key ?? {});
      requireCondition(command.input, read(id));
      items.delete(id);
      return {};
    }
    if (command instanceof BatchWriteCommand) {
      for (const { DeleteRequest, PutRequest } of Object.values(command.input.RequestItems ?? {}).flat()) {
        if (PutRequest || !DeleteRequest) throw unknown('a batch that puts');
        items.delete(idOf(DeleteRequest.Key ?? {}));
      }
      return {};
    }
    if (command instanceof UpdateCommand) return { Attributes: update(command) };
    if (command instanceof QueryCommand) return query(command);
    throw unknown(String(command));
  };

  function update({ input }: UpdateCommand): Item {
    const { Key = {}, UpdateExpression = '' } = input;
    const { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} } = input;
    const found = read(idOf(Key));
    requireCondition(input, found);
    const changed: Item = { ...Key, ...found };
    const [, set = '', remove = ''] = /^SET (.+?)(?: REMOVE (.+))?$/.exec(UpdateExpression) ?? [];
    if (set === '') throw unknown(UpdateExpression);
    for (const clause of set.split(', ')) {
      const [name = '', value = ''] = clause.split(' = ');
      const attribute = names[name];
      if (attribute === undefined || !(value in values)) throw unknown(clause);
      changed[attribute] = values[value];
    }
    for (const name of remove === '' ? [] : remove.split(', ')) {
      const attribute = names[name];
      if (attribute === undefined) throw unknown(name);
      delete changed[attribute];
    }
    const json = JSON.stringify(changed);
    items.set(idOf(Key), json);
    return JSON.parse(json);
  }

  function query({ input }: QueryCommand): { Items: Item[]; LastEvaluatedKey?: Item } {
    const { IndexName, KeyConditionExpression = '', ExpressionAttributeNames: names = {} } = input;
    const [, name = '', value = '', range] =
      /^(#?\w+) = (:\w+)(?: AND \w+ BETWEEN (:\w+ AND :\w+))?$/.exec(KeyConditionExpression) ?? [];
    const [from, to] =
      range?.split(' AND ').map((name) => String(input.ExpressionAttributeValues?.[name])) ?? [];
    const attribute = names[name] ?? name;
    const wanted = input.ExpressionAttributeValues?.[value];
    if (name === '' || wanted === undefined) throw unknown(KeyConditionExpression);
    const sort = IndexName === undefined ? 'sk' : sortKeys[IndexName];
    if (sort === undefined) throw unknown(IndexName);
    const all = [...items.values()].map((json): Item => JSON.parse(json));
    const found = all.filter((item) => item[attribute] === wanted && item[sort] !== undefined);
    const within = found.filter(
      (item) =>
        from === undefined || to === undefined || (from <= String(item[sort]) && String(item[sort]) <= to),
    );
    const direction = input.ScanIndexForward === false ? -1 : 1;
    const order = (a: Item, b: Item) => direction * orderBy([sort, 'pk', 'sk'], a, b);
    within.sort(order);
    const { ExclusiveStartKey: start, Limit: limit = Number.POSITIVE_INFINITY } = input;
    const left = start ? within.filter((item) => order(item, start) > 0) : within;
    const page = left.slice(0, limit);
    const last = page.at(-1);
    return {
      Items: page.map(projection(input)),
      // As DynamoDB: a page that is full may have another behind it.
      ...(last && page.length === limit
        ? { LastEvaluatedKey: pick(last, ['pk', 'sk', attribute, sort]) }
        : {}),
    };
  }

  const client: DynamoDBDocumentClient = Object.assign(Object.create(null), {
    send: async (command: unknown) => answer(command),
  });
  return { client, name: 'sessions', close: async () => {} };
}

const pick = (item: Item, attributes: readonly string[]): Item =>
  Object.fromEntries(Object.entries(item).filter(([attribute]) => attributes.includes(attribute)));

/** The part of an item that is asked for. */
function projection({ ProjectionExpression, ExpressionAttributeNames: names = {} }: QueryCommand['input']) {
  const attributes = ProjectionExpression?.split(', ').map((name) => names[name] ?? name);
  return (item: Item) => (attributes ? pick(item, attributes) : item);
}

/** By the first of the attributes in which they differ. */
function orderBy(attributes: readonly string[], a: Item, b: Item): number {
  const differing = attributes.find((attribute) => a[attribute] !== b[attribute]);
  if (differing === undefined) return 0;
  return String(a[differing]) < String(b[differing]) ? -1 : 1;
}

const unknown = (what: string | undefined) =>
  new Error(`The table in memory does not know "${what ?? 'nothing'}".`);
