/**
 * Ports of a person's machine to which the browser comes back after a sign-in; the first free one is used. Cognito
 * compares redirect URLs exactly and takes http for localhost only, so that they are few and fixed. They lie below the
 * ports that operating systems hand out by themselves.
 */
export const signInPorts = [28_751, 28_752, 28_753] as const;

export const signInRedirect = (port: number) => `http://localhost:${port}/signed-in`;
