import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

type Input = Readonly<Record<string, unknown>>;

/**
 * A client that notes what it is sent, and gives it on or answers in its place.
 * @param instead undefined lets the command through
 */
export function notingClient(
  client: Pick<DynamoDBDocumentClient, 'send'>,
  instead: (input: Input, nth: number) => object | undefined = () => undefined,
) {
  const sent: Input[] = [];
  const noting: DynamoDBDocumentClient = Object.assign(Object.create(null), {
    async send(command: { input: Input }) {
      sent.push(command.input);
      const answer = instead(command.input, sent.length);
      if (answer instanceof Error) throw answer;
      return answer ?? Reflect.apply(client.send, client, [command]);
    },
  });
  return { client: noting, sent };
}

/** What the SDK throws, by its name. */
export const awsError = (name: string) => Object.assign(new Error('words'), { name });
