import { createReadStream } from 'node:fs';
import { AwsError } from '../aws-error.ts';
import { checksumHeader, runningDigest } from './checksums.ts';
import type { Part, PendingUpload } from './multipart-store.ts';
import { pendingUpload } from './multipart-upload.ts';
import { type Answer, type Call, parameter } from './request.ts';
import { document, element, namespaced } from './xml.ts';

/** Smallest part but the last (documented). */
const smallestPart = 5 * 1024 * 1024;
/** Longest list of parts, in bytes: 10,000 of them take some 3 MB. */
const longestList = 8 * 1024 * 1024;

interface NamedPart {
  readonly number: number;
  readonly etag: string;
  readonly checksum: string | undefined;
}

async function namedParts(call: Call, { algorithm }: PendingUpload): Promise<NamedPart[]> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of call.body()) {
    length += piece.length;
    if (length > longestList) throw malformed();
    pieces.push(piece);
  }
  const text = Buffer.concat(pieces).toString('utf8');
  const field = (part: string, name: string) =>
    new RegExp(`<${name}>\\s*(.*?)\\s*</${name}>`, 's').exec(part)?.[1];
  const parts = [...text.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = '']) => ({
    number: Number(field(part, 'PartNumber')),
    etag: (field(part, 'ETag') ?? '').replace(/^(&quot;|&#34;|")|(&quot;|&#34;|")$/g, ''),
    checksum: field(part, `Checksum${algorithm}`),
  }));
  if (parts.length === 0 || parts.some(({ number }) => !Number.isInteger(number))) throw malformed();
  return parts;
}

const malformed = () =>
  new AwsError(
    'MalformedXML',
    400,
    'The XML you provided was not well-formed or did not validate against our published schema',
  );

/** The parts that were named, as they are stored. Throws where they differ from those, or do not make an object. */
function chosenParts(named: readonly NamedPart[], stored: readonly Part[], upload: PendingUpload): Part[] {
  const byNumber = new Map(stored.map((part) => [part.number, part]));
  if (named.some(({ number }, index) => number <= (named[index - 1]?.number ?? 0))) {
    const message = 'The list of parts was not in ascending order. Parts must be ordered by part number.';
    throw new AwsError('InvalidPartOrder', 400, message);
  }
  return named.map(({ number, etag, checksum }, index) => {
    const needsChecksum = upload.named && upload.type === 'COMPOSITE';
    if (needsChecksum && checksum === undefined) {
      const message = `The upload was created using a ${upload.algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${number} in the request.`;
      throw new AwsError('InvalidRequest', 400, message);
    }
    const part = byNumber.get(number);
    if (part?.md5 !== etag || (checksum !== undefined && checksum !== part.checksum)) {
      const message =
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.";
      throw new AwsError('InvalidPart', 400, message);
    }
    if (part.size < smallestPart && index < named.length - 1) {
      const message = 'Your proposed upload is smaller than the minimum allowed size';
      throw new AwsError('EntityTooSmall', 400, message);
    }
    return part;
  });
}

/** CompleteMultipartUpload: the named parts, one after the other, become an object. */
export async function completeUpload(call: Call): Promise<Answer> {
  const { target, store, uploads } = call;
  call.allow('s3:PutObject', `${call.bucketArn}/${target.key}`);
  const upload = pendingUpload(call);
  const { algorithm, type, uploadId } = upload;
  const parts = chosenParts(await namedParts(call, upload), uploads.parts(uploadId), upload);
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const said = parameter(call, 'x-amz-mp-object-size');
  if (said !== undefined && Number(said) !== size) {
    const message = `The provided 'x-amz-mp-object-size' header value ${said} does not match what was computed: ${size}`;
    throw new AwsError('InvalidRequest', 400, message);
  }

  const staged = await store.stage();
  try {
    const whole = runningDigest(algorithm);
    const [ofMd5, ofChecksums] = [runningDigest('MD5'), runningDigest(algorithm)];
    for (const part of parts) {
      ofMd5.update(Buffer.from(part.md5, 'hex'));
      ofChecksums.update(Buffer.from(part.checksum, 'base64'));
      for await (const piece of createReadStream(uploads.pathOf(uploadId, part))) {
        if (type === 'FULL_OBJECT') whole.update(piece);
        await staged.write(piece);
      }
    }
    const value =
      type === 'FULL_OBJECT'
        ? whole.digest().toString('base64')
        : `${ofChecksums.digest().toString('base64')}-${parts.length}`;
    const wanted = parameter(call, checksumHeader(algorithm));
    if (wanted !== undefined && wanted !== value) {
      const message = `The ${algorithm} you specified did not match the calculated checksum.`;
      throw new AwsError('BadDigest', 400, message);
    }
    const version = await store.keep(staged, {
      key: target.key,
      size,
      etag: `${ofMd5.digest().toString('hex')}-${parts.length}`,
      checksum: { algorithm, value, type },
      contentType: upload.contentType,
      lastModified: call.now.toISOString(),
    });
    await uploads.remove(uploadId);
    call.changed({ put: version, by: 'CompleteMultipartUpload' });
    const fields = [
      element('Location', `/${target.bucket}/${target.key}`),
      element('Bucket', target.bucket),
      element('Key', target.key),
      element('ETag', `"${version.etag}"`),
      element(`Checksum${algorithm}`, value),
      element('ChecksumType', type),
    ];
    return {
      status: 200,
      headers: {
        'content-type': 'application/xml',
        ...(store.versioned ? { 'x-amz-version-id': version.id } : {}),
      },
      body: document(namespaced('CompleteMultipartUploadResult', fields)),
    };
  } finally {
    await staged.discard();
  }
}
