import { defaultPort, portOf, rowOfPorts } from '../ports.ts';

/**
 * Starts a part on its port of the row, and says in one line which port is in use.
 * @param first 0 takes a free port for all but the public door: a tunnel has to know where that is
 */
export async function listening<T>(
  what: (typeof rowOfPorts)[number],
  first: number,
  start: (port: number) => Promise<T>,
): Promise<T> {
  const isDoor = what === 'the public door';
  const row = first === 0 && isDoor ? defaultPort : first;
  const port = row === 0 ? 0 : portOf(what, row);
  try {
    return await start(port);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    const problem = code === 'EACCES' ? 'is not for every user' : 'is in use';
    const advice = isDoor
      ? 'Start the stack on another row before the command, with npx chirpsmith start --port N, and point the tunnel at N + 5.'
      : `Choose another row of ${rowOfPorts.length} with --port N, or free ones with --port 0.`;
    throw new Error(`Port ${port}, where ${what} is to listen, ${problem}. ${advice}`, { cause: error });
  }
}
