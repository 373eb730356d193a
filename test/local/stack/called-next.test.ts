import { expect, test } from 'vitest';
import { calledFirst, calledNext } from '../../../local/stack/called-next.ts';
import { synthesize } from '../../../local/synth.ts';
import { readAssembly } from '../../../packages/local-aws/assembly.ts';
import { assemblyHome } from '../../../test-support/local-stack.ts';

test('the functions that a training calls next are those of the template, in the order of the machine', async () => {
  const assembly = readAssembly(await synthesize({ home: assemblyHome }));
  const after = calledNext(assembly);
  const next = (name: string) =>
    assembly.functions
      .filter((fn) => fn.name.endsWith(`-${name}`))
      .flatMap((fn) => after(fn).map((one) => one.name.replace('chirpsmith-local-', '')));
  expect(next('submit-upload')).toEqual(['check-upload', 'enough-clips', 'create-model']);
  expect(next('check-upload')).toEqual(['enough-clips', 'create-model']);
  expect(next('sweep')).toEqual([]);
  expect(calledFirst(assembly).map(({ name }) => name)).toEqual([
    'chirpsmith-local-list-models',
    'chirpsmith-local-create-session',
  ]);
});

test('a template without one of them is refused by its name', () => {
  expect(() => calledNext({ functions: [] })).toThrow('The template has no function list-models.');
});
