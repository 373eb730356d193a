/**
 * Takes the place of the SDK's endpoint discovery in the bundles: DynamoDB's client brings it with a cache, and asks for
 * no endpoint unless it is configured to.
 */
export const resolveEndpointDiscoveryConfig = <Config extends object>(config: Config): Config => config;

/** Read from the environment and from profiles by the original; here it is off. */
export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS = {
  environmentVariableSelector: () => undefined,
  configFileSelector: () => undefined,
  default: undefined,
};
