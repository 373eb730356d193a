export interface Closable {
  close(): Promise<void> | void;
}

/** Parts that are started one after the other, and closed in the opposite order. */
export function closedInOrder(): { keep<T extends Closable>(part: T): T; close(): Promise<void> } {
  const started: Closable[] = [];
  return {
    keep(part) {
      started.push(part);
      return part;
    },
    /** @throws AggregateError when some part could not be closed */
    async close() {
      const failures: unknown[] = [];
      for (const part of started.splice(0).reverse()) {
        try {
          await part.close();
        } catch (error) {
          failures.push(error); // The others are to be closed all the same.
        }
      }
      if (failures.length > 0)
        throw new AggregateError(failures, 'Not every part of the stack could be closed.');
    },
  };
}
