import { rowOfPorts } from '../ports.ts';

/** Starts a part on its port of the row, and says in one line which port is in use. */
export async function listening<T>(
  what: (typeof rowOfPorts)[number],
  first: number,
  start: (port: number) => Promise<T>,
): Promise<T> {
  const port = first === 0 ? 0 : first + rowOfPorts.indexOf(what);
  try {
    return await start(port);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    const problem = code === 'EACCES' ? 'is not for every user' : 'is in use';
    throw new Error(
      `Port ${port}, where ${what} is to listen, ${problem}. Choose another row of ${rowOfPorts.length} with --port N, ` +
        'or free ones with --port 0.',
      { cause: error },
    );
  }
}
