/**
 * Takes the place of the SDK's event streams in the bundles: no operation that a function calls has one (of S3, only
 * SelectObjectContent does).
 * @throws Error when one is asked for
 */
export const eventStreamSerdeProvider = () => ({});

/** Leaves the configuration of a client as it is. */
export const resolveEventStreamSerdeConfig = <Config extends object>(config: Config): Config => config;

export class EventStreamSerde {
  constructor() {
    throw new Error('Event streams are not in the bundles: see infra/constructs/bundling.ts.');
  }
}
