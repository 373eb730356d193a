/** What a client's endpoint is made from, by the SDK's names. */
interface Parameters {
  readonly Region?: string;
  /** URL that the environment names in the place of AWS. */
  readonly Endpoint?: string;
  readonly UseFIPS?: boolean;
  readonly UseDualStack?: boolean;
  readonly Bucket?: string;
  readonly ForcePathStyle?: boolean;
}

/** Domains of the regions whose names begin so; all others are of `amazonaws.com`. */
const domains = [
  [/^cn-/, 'amazonaws.com.cn'],
  [/^us-iso-/, 'c2s.ic.gov'],
  [/^us-isob-/, 'sc2s.sgov.gov'],
  [/^eu-isoe-/, 'cloud.adc-e.uk'],
  [/^us-isof-/, 'csp.hci.ic.gov'],
  [/^eusc-/, 'amazonaws.eu'],
] as const;

/**
 * Takes the place of the rules by which the SDK finds a service's endpoint: the bundles call services of their own region, by
 * names that those rules make too. S3 takes a bucket as a part of the host's name, or of the path where its name cannot be one.
 * @param service as in the host's name: `dynamodb`
 * @throws Error for an endpoint with FIPS or of dual stack, for no region, and for a bucket that is an ARN or of S3 Express
 */
export function endpointsOf(service: string) {
  return ({ Region, Endpoint, UseFIPS, UseDualStack, Bucket, ForcePathStyle }: Parameters) => {
    if (UseFIPS || UseDualStack) {
      throw new Error(
        'Endpoints with FIPS and of dual stack are not in the bundles: see infra/constructs/trim-sdk.ts.',
      );
    }
    if (!Region) throw new Error('AWS_REGION is not set: Lambda sets it.');
    const domain = domains.find(([names]) => names.test(Region))?.[1] ?? 'amazonaws.com';
    const base = new URL(Endpoint ?? `https://${service}.${Region}.${domain}`);
    if (service !== 's3') return { url: base, properties: {}, headers: {} };
    const authSchemes = [
      { name: 'sigv4', signingName: 's3', signingRegion: Region, disableDoubleEncoding: true },
    ];
    return { url: withBucket(base, Bucket, ForcePathStyle), properties: { authSchemes }, headers: {} };
  };
}

function withBucket(base: URL, bucket: string | undefined, inPath: boolean | undefined): URL {
  if (bucket === undefined) return base;
  if (/^arn:|--x(a)?-s3$/.test(bucket)) throw new Error(`${bucket} is not a bucket of S3's general kind.`);
  const { protocol, host, hostname, pathname } = base;
  if (inPath || /^[\d.]+$|^\[/.test(hostname)) {
    return new URL(`${protocol}//${host}${pathname.replace(/\/*$/, '/')}${encodeURIComponent(bucket)}`);
  }
  return new URL(`${protocol}//${bucket}.${host}${pathname}`);
}
