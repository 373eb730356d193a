import type { Assembly, Distribution } from '../../packages/local-aws/assembly.ts';
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
  ...options
}: Pick<CloudFrontOptions, 'port' | 'apis' | 'onError'> & {
  readonly assembly: Pick<Assembly, 'distributions'>;
  readonly issuer: Pick<Issuer, 'issuer' | 'url'>;
  readonly clientId: string;
}): ReturnType<typeof startCloudFront> {
  return startCloudFront({
    ...options,
    distribution: pageOf(assembly, issuer),
    readObject: pageReader({ issuer: issuer.issuer, discovery: issuer.url, clientId }),
  });
}

/** The distribution of the page. Where its headers name the issuer of the template, they name that of this machine. */
function pageOf(
  { distributions }: Pick<Assembly, 'distributions'>,
  { issuer, url }: Pick<Issuer, 'issuer' | 'url'>,
): Distribution {
  const [distribution, another] = distributions;
  if (distribution === undefined) throw new Error('The template has no distribution.');
  if (another !== undefined) {
    throw new Error('The template has more than one distribution; the local runtime knows one.');
  }
  const here = (text: string) => text.replaceAll(new URL(issuer).origin, url);
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

/** Is it the origin of this address, by either name of this machine? */
export function isOriginOf(origin: string, url: string): boolean {
  return url !== '' && [url, url.replace('//127.0.0.1:', '//localhost:')].includes(origin);
}
