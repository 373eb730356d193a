/** Plays every case of the matrix, where `npm test` plays every eighth: `npm run faults:matrix`. */
import { startVitest } from 'vitest/node';

process.env.FAULTS = 'all';
const vitest = await startVitest('test', ['test/simulation/matrix.test.ts'], { watch: false });
await vitest.close();
