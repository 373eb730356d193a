import type { Assembly, LambdaFunction } from '../../packages/local-aws/assembly.ts';

/**
 * In the order in which a training calls its functions, from the first request of `train` to the last: loading one takes
 * a third of a second of CPU, which is there while the one before works or the machine waits.
 */
const next: Readonly<Record<string, readonly string[]>> = {
  'list-models': ['create-session', 'start-session'],
  'create-session': ['start-session', 'prepare-session'],
  'start-session': ['submit-upload', 'get-session'],
  'submit-upload': ['check-upload', 'enough-clips', 'create-model'],
  'check-upload': ['enough-clips', 'create-model'],
  'create-model': ['check-training', 'list-sessions'],
};

/** The functions of the first two requests of `train`, which come at once. */
const first = ['list-models', 'create-session'];

const findIn =
  ({ functions }: Pick<Assembly, 'functions'>) =>
  (name: string): LambdaFunction => {
    const found = functions.find((fn) => fn.name.endsWith(`-${name}`));
    if (!found) throw new Error(`The template has no function ${name}.`);
    return found;
  };

/** The functions that a training calls first. @throws Error when the template has no function of such a name */
export const calledFirst = (assembly: Pick<Assembly, 'functions'>): readonly LambdaFunction[] =>
  first.map(findIn(assembly));

/** The functions that a training calls after one. @throws Error when the template has no function of such a name */
export function calledNext(assembly: Pick<Assembly, 'functions'>) {
  const named = findIn(assembly);
  const after = new Map(Object.entries(next).map(([name, names]) => [named(name), names.map(named)]));
  return (fn: LambdaFunction): readonly LambdaFunction[] => after.get(fn) ?? [];
}
