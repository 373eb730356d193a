import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { UnusedPermissions } from './test/permissions/unused-permissions.ts';
import { recordVariable } from './test-support/used-permissions.ts';

/** What takes the longest: files that run whole stacks, and the rules of CloudFormation, which are slow to load. */
const long = [
  'test/simulation/',
  'test/integration/',
  'test/local/kill',
  'test/local/main-job',
  'test/local/start',
  'test/local/audio-way/own-bucket',
  'test/cli/left-alone',
  'test/infra/findings',
];

/** The long files first: begun last, one of them would run alone beside an idle core. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => long.some((path) => moduleId.includes(path));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

const recorded = mkdtempSync(path.join(tmpdir(), 'chirpsmith-permissions-'));

export default defineConfig({
  test: {
    reporters: ['default', new UnusedPermissions(recorded)],
    include: ['test/**/*.test.ts'],
    globalSetup: 'test-support/temporary-files.ts',
    // As many as continuous integration has cores: tests wait for little, and each process loads a stack of its own.
    maxWorkers: 2,
    // V8 looks through a whole heap at this size first, in MB, not while each function is loaded. The bytes of audio count as
    // part of it: else each 64 MB of them began such a look.
    execArgv: ['--initial-old-space-size=512', '--external-memory-accounted-in-global-limit'],
    // Files share a process: what they import is loaded once, and so is a stack that several of them use.
    isolate: false,
    // Node strips the types itself: a fifth less of the machine's time for tests that run no stack. There is no vi.mock.
    experimental: { viteModuleRunner: false },
    sequence: { sequencer: LongFirst },
    env: {
      POWERTOOLS_LOG_LEVEL: 'SILENT',
      [recordVariable]: recorded,
      // For the commands that tests start as processes, and for the functions of a stack.
      NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url)),
    },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
