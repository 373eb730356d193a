import { test } from 'vitest';

/** The tests of the machines as one file: each mutant runs them all, and the CDK is loaded and synthesized once for it. */
const files = [
  'history-sums',
  'history-budget',
  'generate-music',
  'train-model',
  'upload-batch',
  'machines-played',
];

for (const file of files) {
  try {
    await import(`../infra/${file}.test.ts`);
  } catch (error) {
    // A mutant without which no definition can be made is noticed; a file that does not load is an error to Stryker.
    test(`the tests of ${file} can be loaded`, () => {
      throw error;
    });
  }
}
