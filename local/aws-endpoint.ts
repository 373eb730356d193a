/**
 * One service behind the endpoint: an operation's name as in `X-Amz-Target`, its JSON input, its JSON output.
 * Throws `AwsError`; its code becomes the `__type` that the SDK reads. The handler does its own IAM check.
 */
export type ServiceHandler = (
  operation: string,
  input: Record<string, unknown>,
  caller: { readonly accessKeyId: string },
) => Promise<Record<string, unknown>>;
