import { z } from 'zod';

/** What leads to a person's bucket beside its name, by the variables of AWS's libraries. */
export const bucketSettings = z.object({
  /** Place and profile; safe to print. */
  variables: z.record(z.string(), z.string()).readonly(),
  /** Names of variables whose values are secrets: a person has to set them again. */
  secrets: z.array(z.string()).readonly(),
});
export type BucketSettings = Readonly<z.infer<typeof bucketSettings>>;

const places = ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL', 'AWS_PROFILE', 'AWS_REGION', 'AWS_DEFAULT_REGION'];
const secrets = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];

/** Those that an environment has. An endpoint with a password in it is named, and not shown. */
export function settingsOfBucket(env: Readonly<Record<string, string | undefined>>): BucketSettings {
  const hasPassword = (value: string) => (URL.parse(value)?.password ?? '') !== '';
  const given = places.flatMap((name) => (env[name] ? [[name, env[name]] as const] : []));
  return {
    variables: Object.fromEntries(given.filter(([, value]) => !hasPassword(value))),
    secrets: [
      ...secrets.filter((name) => env[name]),
      ...given.flatMap(([name, value]) => (hasPassword(value) ? [name] : [])),
    ],
  };
}
