/**
 * Builds at the first use and keeps: a function pays only for what it uses, once per environment. The note
 * lets the bundler drop what a function does not use at all, and the client library with it.
 */
/* @__NO_SIDE_EFFECTS__ */
export function once<T>(build: () => T): () => T {
  let built: { value: T } | undefined;
  return () => {
    built ??= { value: build() };
    return built.value;
  };
}
