import validate from 'asl-validator';

const found = new Map<string, string>();

/**
 * What asl-validator finds in a definition, '' for nothing. It compiles its schemas at each call, for a third of a second:
 * the same definition, as most configurations have, is looked at once.
 */
export function aslProblems(definition: unknown): string {
  const key = JSON.stringify(definition);
  const known = found.get(key);
  if (known !== undefined) return known;
  const { isValid, errorsText } = validate(definition);
  const problems = isValid ? '' : errorsText();
  found.set(key, problems);
  return problems;
}
