import type { Reply } from '../../packages/provider-sandbox/http.ts';
import type { Sandbox } from '../../packages/provider-sandbox/sandbox.ts';

/**
 * How a client reaches the sandbox: by the network, or by a call within the process, which halves what a run costs.
 * That both come to the same is held by a test.
 */
export type Wire = 'direct' | 'network';

/** An address without a listener: a port that no service of today has. */
const nobody = 'http://127.0.0.1:2';

export interface Wired {
  readonly fetch: typeof fetch;
  /** A connection that is not made. */
  readonly refuse: typeof fetch;
  /** A call that the sandbox leaves without an answer until the client's patience ends, without the waiting. */
  readonly untilItHangs: typeof fetch;
}

export const wired = (sandbox: Sandbox, wire: Wire): Wired =>
  wire === 'direct' ? within(sandbox) : overNetwork(sandbox);

const patienceEnds = () => new DOMException('The operation was aborted due to timeout', 'TimeoutError');

function overNetwork(sandbox: Sandbox): Wired {
  return {
    // With its body: what is read of it later would be read while others have their turns.
    async fetch(input, init) {
      const answer = await fetch(input, init);
      return new Response(await answer.arrayBuffer(), { status: answer.status, headers: answer.headers });
    },
    refuse: (input, init) => fetch(String(input).replace(sandbox.url, nobody), init),
    async untilItHangs(input, init) {
      const before = sandbox.ledger().length;
      const patience = new AbortController();
      const signals = [patience.signal, ...(init?.signal ? [init.signal] : [])];
      const answer = fetch(input, { ...init, signal: AbortSignal.any(signals) });
      answer.catch(() => {});
      // It is aborted once the sandbox has the call but has not answered.
      while (sandbox.ledger().length === before) await new Promise((resolve) => setTimeout(resolve, 1));
      patience.abort(patienceEnds());
      return answer;
    },
  };
}

function within(sandbox: Sandbox): Wired {
  const answered: typeof fetch = async (input, init) => {
    const url = new URL(String(input));
    const headers = new Headers(init?.headers);
    const text = init?.body ? await new Response(init.body).text() : '';
    const reply = await sandbox.answer({
      method: init?.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      header: (name) => headers.get(name) ?? undefined,
      body: { json: text === '' ? undefined : JSON.parse(text) },
    });
    if (reply === 'reset') throw broken('ECONNRESET');
    if (reply === 'hang') throw patienceEnds();
    return responseOf(reply);
  };
  return {
    fetch: answered,
    refuse: async () => {
      throw broken('ECONNREFUSED');
    },
    untilItHangs: answered,
  };
}

/** What `fetch` throws when the connection fails. */
const broken = (code: string) =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });

function responseOf({ status, body, headers = {} }: Exclude<Reply, string>): Response {
  if (body instanceof Uint8Array) return new Response(Buffer.from(body), { status, headers: { ...headers } });
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return new Response(text, { status, headers: { ...headers } });
}
