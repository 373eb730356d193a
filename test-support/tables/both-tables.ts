import { isDeepStrictEqual } from 'node:util';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { openDynaliteTable } from './dynalite-table.ts';
import { openMemoryTable, sortKeys } from './memory-table.ts';
import type { Table } from './table.ts';

/** What a command says and whether it was done. */
interface Asked {
  readonly input: Readonly<Record<string, unknown>>;
  readonly done: boolean;
}

/**
 * The table in memory and dynalite as one: each command goes to both, and it is an error when they answer otherwise.
 * @param openOther in place of the table in memory
 */
export async function openBothTables(
  openOther: () => Promise<Table> = openMemoryTable,
): Promise<Table & { readonly asked: readonly Asked[] }> {
  const [memory, dynalite] = [await openOther(), await openDynaliteTable()];
  const asked: Asked[] = [];
  const differences: Error[] = [];

  async function sendToBoth(command: { readonly input: Readonly<Record<string, unknown>> }): Promise<object> {
    const [here, there] = [
      await outcomeOf(memory.client, command),
      await outcomeOf(dynalite.client, command),
    ];
    asked.push({ input: command.input, done: there.error === undefined });
    const [ours, theirs] = [said(command.input, here), said(command.input, there)];
    if (!isDeepStrictEqual(ours, theirs)) {
      const difference = new Error(
        `${command.constructor.name} ${JSON.stringify(command.input)}: in memory ${JSON.stringify(ours)}, in dynalite ${JSON.stringify(theirs)}`,
        { cause: here.error },
      );
      differences.push(difference);
      throw difference;
    }
    if (there.error) throw there.error;
    return there.answer;
  }

  // One after the other: of two that race, both tables see the same one first.
  let before: Promise<unknown> = Promise.resolve();
  const client: DynamoDBDocumentClient = Object.assign(Object.create(null), {
    send(command: { input: Readonly<Record<string, unknown>> }) {
      const sent = before.then(() => sendToBoth(command));
      before = sent.catch(() => {});
      return sent;
    },
  });
  return {
    client,
    name: memory.name,
    asked,
    async close() {
      await dynalite.close();
      // A store may have taken the error for a fault of DynamoDB.
      if (differences.length > 0) throw new AggregateError(differences, String(differences[0]));
    },
  };
}

interface Outcome {
  readonly answer: Readonly<Record<string, unknown>>;
  readonly error?: Error;
}

/** Sends a command to one of them. */
async function outcomeOf(client: DynamoDBDocumentClient, command: object): Promise<Outcome> {
  try {
    return { answer: await Reflect.apply(client.send, client, [command]) };
  } catch (error) {
    return { answer: {}, error: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** Of an answer, what the stores look at. */
function said({ IndexName }: Readonly<Record<string, unknown>>, { answer, error }: Outcome) {
  const { Item, Items, Attributes, LastEvaluatedKey } = answer;
  const sort = sortKeys[String(IndexName)];
  const found = sort !== undefined && Array.isArray(Items) ? tiesByKey(Items, sort) : Items;
  return { Item, found, Attributes, LastEvaluatedKey, error: error?.name };
}

/** Items of an index that are equal in what it is sorted by come in no order that DynamoDB promises. */
const tiesByKey = (items: readonly Record<string, unknown>[], sort: string) =>
  [...Map.groupBy(items, (item) => item[sort]).values()].map((ties) =>
    ties.toSorted((a, b) => String(a.pk).localeCompare(String(b.pk))),
  );
