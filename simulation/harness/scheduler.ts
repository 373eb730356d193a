/** Lets one step of all that wants to be made at the same time be made after the other. */
export interface Turns {
  /** Waits for its turn, makes the step and ends the turn. */
  take<T>(step: () => Promise<T>): Promise<T>;
}

/** Turns of the event loop after which all answered callers have made their next request. */
const settling = 2;

/**
 * One step at a time, in an order that is drawn: what runs at the same time gets mixed in many ways, and the same
 * draw mixes it in the same way, however long a step really takes.
 * @param random a number in [0, 1) for each choice
 */
export function createTurns(random: () => number): Turns {
  const waiting: (() => void)[] = [];
  let taken = false;

  const next = () => {
    if (taken || waiting.length === 0) return;
    taken = true;
    let left = settling;
    const turn = () => {
      if (left-- > 0) return void setImmediate(turn);
      const [chosen] = waiting.splice(Math.floor(random() * waiting.length), 1);
      chosen?.();
    };
    turn();
  };

  return {
    async take(step) {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        next();
      });
      try {
        return await step();
      } finally {
        taken = false;
        next();
      }
    },
  };
}
