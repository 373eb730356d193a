/** Reads a body up to a size, and no further. */
export async function readBounded(
  response: Response,
  limit: number,
): Promise<{ readonly text: string; readonly whole: boolean }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let whole = true;
  const reader = response.body?.getReader();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value.subarray(0, limit - size));
    size += value.length;
    if (size > limit) {
      whole = false;
      // Hangs up: what the provider still has to say is not wanted.
      await reader.cancel();
      break;
    }
  }
  return { text: new TextDecoder().decode(Buffer.concat(chunks)), whole };
}

/**
 * A request body that can be sent only once. Node's fetch quietly sends a string a second time when it is
 * answered 421, which would be a second create; it cannot do that to a stream. (Seen in undici 7.29.)
 */
export function onceOnly(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}
