/**
 * Builds at the first use and keeps: a function pays only for what it uses, once per environment. Each call has the note
 * `@__PURE__`: only with it does the bundler drop what a function does not use at all, and the client library with it.
 */
export function once<T>(build: () => T): () => T {
  let built: { value: T } | undefined;
  return () => {
    built ??= { value: build() };
    return built.value;
  };
}
