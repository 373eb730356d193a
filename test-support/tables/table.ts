import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** A session table that the real store can be put on. */
export interface Table {
  readonly client: DynamoDBDocumentClient;
  readonly name: string;
  close(): Promise<void>;
}
