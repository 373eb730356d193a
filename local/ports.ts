/**
 * What listens on the ports of a row, in their order: the first is the number that a person gives. The public door is
 * opened for a tunnel only.
 */
export const rowOfPorts = [
  'the API',
  'S3',
  'AWS',
  'the provider',
  'the issuer',
  'the public door',
  'the page',
] as const;

/** The first port of the row when none is asked for. */
export const defaultPort = 4700;

/** The port of a part in the row that begins with `first`. */
export const portOf = (what: (typeof rowOfPorts)[number], first: number): number =>
  first + rowOfPorts.indexOf(what);
