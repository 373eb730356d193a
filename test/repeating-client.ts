import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/**
 * A client whose responses are lost, once for each write that `loses` picks: the write lands, and the SDK sends it
 * again, as it does by itself.
 * @param between what somebody else does before it is sent again
 */
export function repeatingClient(
  client: DynamoDBDocumentClient,
  loses: (values: Readonly<Record<string, unknown>>) => boolean,
  between: () => Promise<unknown> = async () => {},
): DynamoDBDocumentClient {
  return Object.assign(Object.create(null), {
    async send(command: { input: object }) {
      const { Item, ExpressionAttributeValues } = Object(command.input);
      const send = () => Reflect.apply(client.send, client, [command]);
      const isWrite = Item !== undefined || 'UpdateExpression' in command.input;
      if (isWrite && loses(Item ?? ExpressionAttributeValues)) {
        await send();
        await between();
      }
      return send();
    },
  });
}
