/** Longest first line of an answer that is shown, in characters. */
const longestLine = 120;

/** What answered in the place of an AWS service, or of one that speaks like it. */
export interface ForeignAnswer {
  readonly status: number;
  /** Content type, as in `text/html`; undefined where none was named. */
  readonly type: string | undefined;
  /** First line of its body; undefined where the SDK has not kept it. */
  readonly line: string | undefined;
}

/**
 * An answer that the SDK could not read, or a page: not AWS's protocol. Its error texts then speak of parsers, which say
 * nothing to a person.
 * @returns undefined for an error that a service has named, and for one of the connection
 */
export function foreignAnswer(error: unknown): ForeignAnswer | undefined {
  const response = property(error, '$response');
  const status = httpStatusOf(error);
  if (status === undefined || response === undefined) return undefined;
  const type = textOf(property(property(response, 'headers'), 'content-type'))
    ?.split(';')[0]
    ?.trim();
  const isUnread = error instanceof Error && error.message.includes('Deserialization error');
  if (!isUnread && type !== 'text/html') return undefined;
  const body = textOf(property(error, '$responseBodyText')) ?? textOf(property(response, 'body'));
  const line = body
    ?.split(/[\r\n]+/)
    .map((one) => one.trim())
    .find((one) => one !== '');
  return { status, type: type || undefined, line };
}

/** `HTTP 404 (text/html): "<html>Not here</html>"`, without what looks like a secret. */
export function foreignWords({ status, type, line }: ForeignAnswer): string {
  const kind = type === undefined ? '' : ` (${type})`;
  return `HTTP ${status}${kind}${line === undefined ? '' : `: "${withoutSecrets(line)}"`}`;
}

/** What a service said, in one line: status, name and message; what a page said in its place; or what the connection did. */
export function awsErrorWords(error: unknown): string {
  const foreign = foreignAnswer(error);
  if (foreign) return `${foreignWords(foreign)}, which is no answer of AWS`;
  if (!(error instanceof Error)) return withoutSecrets(String(error));
  const status = httpStatusOf(error);
  const { name, message } = error;
  if (status === undefined) return withoutSecrets(name === 'Error' ? message : `${name}: ${message}`);
  // Of an answer without a body the SDK has no words but these.
  const known = [name, message].filter((word) => !/^Unknown(Error)?$/.test(word));
  return withoutSecrets([`HTTP ${status}`, known.join(': ')].filter(Boolean).join(' '));
}

/** The variable that leads a service's client to another host than AWS's, and that host. */
export function ownEndpoint(
  service: 'CLOUDFORMATION' | 'LAMBDA' | 'S3' | 'SFN' | 'STS',
  env: Readonly<Record<string, string | undefined>>,
): { readonly setting: string; readonly host: string } | undefined {
  const setting = [`AWS_ENDPOINT_URL_${service}`, 'AWS_ENDPOINT_URL'].find((name) => env[name]);
  if (setting === undefined) return undefined;
  return { setting, host: URL.parse(env[setting] ?? '')?.host ?? String(env[setting]) };
}

/** HTTP status of an answer; undefined when there was none. */
export function httpStatusOf(error: unknown): number | undefined {
  const ofMetadata = property(property(error, '$metadata'), 'httpStatusCode');
  const status = ofMetadata ?? property(property(error, '$response'), 'statusCode');
  return typeof status === 'number' ? status : undefined;
}

/** Code of a failed connection, wherever in the chain of causes. */
export function networkCode(error: unknown): string | undefined {
  for (let one = error, depth = 0; one instanceof Error && depth < 5; depth++) {
    const { code } = one as NodeJS.ErrnoException;
    if (typeof code === 'string' && /^[A-Z][A-Z_0-9]+$/.test(code)) return code;
    if (one.name === 'TimeoutError') return 'ETIMEDOUT';
    one = one instanceof AggregateError ? one.errors[0] : one.cause;
  }
  return undefined;
}

/** The first line, shortened; queries of URLs and what looks like a key are cut out. */
export function withoutSecrets(text: string): string {
  const [line = ''] = text.trim().split('\n');
  const clean = line
    .replace(/\?\S*/g, '?…')
    .replace(/\b(AKIA|ASIA)[A-Z0-9]{12,}\b|[A-Za-z0-9+/=]{32,}/g, '…')
    .replace(/[^\P{C}]/gu, ' ');
  const characters = [...clean];
  return characters.length <= longestLine ? clean : `${characters.slice(0, longestLine - 1).join('')}…`;
}

/** A member of an error, which the SDK hides or types as any. */
function property(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined;
}

function textOf(value: unknown): string | undefined {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  return typeof value === 'string' ? value : undefined;
}
