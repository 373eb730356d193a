import { describe, expect, it } from 'vitest';
import { onceOnly, readBounded } from '../../../functions/provider/response-body.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** A response that comes in parts, and whether its reader hung up. */
function inParts(...parts: string[]) {
  let hungUp = false;
  const left = [...parts];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const part = left.shift();
      if (part === undefined) controller.close();
      else controller.enqueue(bytes(part));
    },
    cancel() {
      hungUp = true;
    },
  });
  return { response: new Response(body), hungUp: () => hungUp };
}

describe('a body that is read up to a size', () => {
  it('is whole when it has just that size, and nobody hangs up', async () => {
    const { response, hungUp } = inParts('caf', 'é');
    expect(await readBounded(response, 5)).toEqual({ text: 'café', whole: true });
    expect(hungUp()).toBe(false);
  });

  it('is cut there when it goes on, and the reader hangs up', async () => {
    const { response, hungUp } = inParts('one', 'two', 'three', 'four');
    expect(await readBounded(response, 7)).toEqual({ text: 'onetwot', whole: false });
    expect(hungUp()).toBe(true);
  });

  it('is empty where a response has none', async () => {
    expect(await readBounded(new Response(null, { status: 204 }), 5)).toEqual({ text: '', whole: true });
  });
});

it.each(['', 'words'])(
  'a request body is sent as it is, and cannot be read a second time: %j',
  async (text) => {
    const body = onceOnly(bytes(text));
    expect(await new Response(body).text()).toBe(text);
    expect(() => new Response(body)).toThrow();
  },
);
