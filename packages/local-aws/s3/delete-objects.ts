import { AwsError } from '../aws-error.ts';
import { deleteKey, deleteVersion } from './delete-object.ts';
import { receiveBody } from './receive-body.ts';
import { type Answer, type Call, parameter } from './request.ts';
import { document, element, namespaced } from './xml.ts';

/** Objects that one request may name (documented). */
const mostObjects = 1000;
/** Longest list, in bytes: keys have at most 1,024. */
const longestList = 2 * 1024 * 1024;

interface Named {
  readonly key: string;
  readonly versionId: string | undefined;
}

/** Text of an element, with its character references resolved. */
const textOf = (xml: string) => {
  const named: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return xml.replace(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g, (whole, hex, decimal, name) => {
    if (name !== undefined) return named[name] ?? whole;
    return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
  });
};

function fieldOf(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(xml)?.[1];
  return text === undefined ? undefined : textOf(text);
}

async function readList(call: Call): Promise<{ objects: Named[]; quiet: boolean }> {
  if (
    parameter(call, 'content-md5') === undefined &&
    parameter(call, 'x-amz-sdk-checksum-algorithm') === undefined
  ) {
    throw new AwsError('InvalidRequest', 400, 'Missing required header for this request: Content-MD5');
  }
  const pieces: Buffer[] = [];
  let length = 0;
  await receiveBody(call, 'CRC32', async (bytes) => {
    length += bytes.length;
    if (length > longestList) throw malformed();
    pieces.push(Buffer.from(bytes));
  });
  const xml = Buffer.concat(pieces).toString('utf8');
  const objects = [...xml.matchAll(/<Object>(.*?)<\/Object>/gs)].map(([, object = '']) => {
    const key = fieldOf(object, 'Key');
    if (key === undefined || key === '') throw malformed();
    return { key, versionId: fieldOf(object, 'VersionId') };
  });
  if (objects.length === 0 || objects.length > mostObjects) throw malformed();
  return { objects, quiet: fieldOf(xml, 'Quiet') === 'true' };
}

const malformed = () =>
  new AwsError(
    'MalformedXML',
    400,
    'The XML you provided was not well-formed or did not validate against our published schema',
  );

/** DeleteObjects: each object by itself, so that one which may not be deleted is reported beside those that are. */
export async function deleteObjects(call: Call): Promise<Answer> {
  const { objects, quiet } = await readList(call);
  const results: string[] = [];
  for (const { key, versionId } of objects) {
    const about = [
      element('Key', key),
      ...(versionId === undefined ? [] : [element('VersionId', versionId)]),
    ];
    try {
      if (versionId === undefined) await deleteKey(call, key);
      else await deleteVersion(call, key, versionId);
      if (!quiet) results.push(element('Deleted', about));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      results.push(
        element('Error', [...about, element('Code', error.code), element('Message', error.message)]),
      );
    }
  }
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: document(namespaced('DeleteResult', results)),
  };
}
