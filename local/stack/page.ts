import type { Assembly, Bucket, Distribution } from '../../packages/local-aws/assembly.ts';
import {
  type CloudFrontOptions,
  type StoredFile,
  startCloudFront,
} from '../../packages/local-aws/cloudfront.ts';
import type { Issuer } from '../../packages/local-aws/issuer.ts';
import { type PageConfig, type PageFile, pageFiles } from '../../web/build/page-files.ts';

/** Serves the distribution of the template, with the page that is built from the sources here. */
export function startPage({
  assembly,
  issuer,
  clientId,
  audio,
  ...options
}: Pick<CloudFrontOptions, 'port' | 'apis' | 'onError'> & {
  readonly assembly: Pick<Assembly, 'distributions' | 'region'>;
  readonly issuer: Pick<Issuer, 'issuer' | 'url'>;
  readonly clientId: string;
  /** The bucket of audio, and the S3 that has it here. */
  readonly audio: { readonly bucket: string; readonly s3: string };
}): ReturnType<typeof startCloudFront> {
  const audioOrigin = `https://${audio.bucket}.s3.${assembly.region}.amazonaws.com`;
  return startCloudFront({
    ...options,
    distribution: pageOf(assembly, [
      [new URL(issuer.issuer).origin, issuer.url],
      [audioOrigin, audio.s3],
    ]),
    readObject: pageReader({ issuer: issuer.issuer, discovery: issuer.url, clientId }),
  });
}

/** The distribution of the page. Where its headers name issuer and bucket of the template, they name those of this machine. */
function pageOf(
  { distributions }: Pick<Assembly, 'distributions'>,
  origins: readonly (readonly [template: string, here: string])[],
): Distribution {
  const [distribution, another] = distributions;
  if (distribution === undefined) throw new Error('The template has no distribution.');
  if (another !== undefined) {
    throw new Error('The template has more than one distribution; the local runtime knows one.');
  }
  const here = (text: string) =>
    origins.reduce((changed, [template, own]) => changed.replaceAll(template, own), text);
  return {
    ...distribution,
    behaviors: distribution.behaviors.map((behavior) => ({
      ...behavior,
      headers: Object.fromEntries(
        Object.entries(behavior.headers).map(([name, value]) => [name, here(value)]),
      ),
    })),
  };
}

/** Reads the files that a deployment puts into the bucket. They are built when the first of them is asked for. */
function pageReader(config: PageConfig): (bucket: string, key: string) => Promise<StoredFile | undefined> {
  let built: Promise<ReadonlyMap<string, PageFile>> | undefined;
  return async (_bucket, key) => {
    built ??= pageFiles(config).catch((error: unknown) => {
      // Tried again at the next request: sources may have been mended.
      built = undefined;
      throw error;
    });
    return (await built).get(key);
  };
}

/** As the template names the page in the CORS of a bucket. */
const anyPage = 'https://*.cloudfront.net';

/** The bucket, with its CORS for the page of this machine, whose address is known later. */
export function openToPage(bucket: Bucket, pageUrl: () => string): Bucket {
  return {
    ...bucket,
    get corsRules() {
      const own = originsOf(pageUrl());
      return bucket.corsRules.map((rule) => ({
        ...rule,
        origins: rule.origins.flatMap((origin) => (origin === anyPage ? own : [origin])),
      }));
    },
  };
}

/** Is it the origin of this address, by either name of this machine? */
export function isOriginOf(origin: string, url: string): boolean {
  return originsOf(url).includes(origin);
}

function originsOf(url: string): string[] {
  return url === '' ? [] : [url, url.replace('//127.0.0.1:', '//localhost:')];
}
