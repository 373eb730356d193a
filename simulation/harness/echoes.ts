import type { ProviderCall } from '../../functions/provider/provider.ts';

/** A provider that gives an id twice, and no id three times: the session, the task, or what a task makes. */
export interface Echoes {
  /** Makes a call whose id, or the id of what it makes, is one that was given before, if there is one. */
  repeat(call: ProviderCall, make: () => Promise<Response>): Promise<Response>;
  /** Forgets the clips of uploads: whether the same bytes are given another clip in another session is not documented. */
  forgetClips(): void;
  /** Makes a call, and remembers the ids that its answer gives. */
  plain(call: ProviderCall, make: () => Promise<Response>): Promise<Response>;
}

/** Calls whose answer is the id itself; of any other it is what its task makes. */
const answeredById: Partial<Record<ProviderCall, string>> = {
  prepare: 'sessionId',
  openBatch: 'sessionId',
  generate: 'taskId',
};

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
/** What an upload or a training has made. */
const made = new RegExp(`"id":"((?:chirp-custom:)?${uuid})"`);
/** A clip of music, which has its audio's link beside its id. */
const ofMusic = new RegExp(`"id":"(${uuid})"[^{}]*"audio_url"`, 'g');
const named = (field: string) => new RegExp(`"${field}":"(${uuid})"`);

export function createEchoes(): Echoes {
  const given = new Map<ProviderCall, string>();
  /** By task, the id reported in place of its product's, once there is one. */
  const echoing = new Map<string, { id: string | undefined }>();
  /** Reported products, by kind; each is reported for another task once at most. */
  const told = new Map<string, Set<string>>();
  const echoed = new Set<string>();
  /** Reported clips of music. */
  let sung: readonly string[] = [];
  const clipsIn = (text: string) => [...text.matchAll(ofMusic)].flatMap(([, id]) => id ?? []);

  const answerOf = (text: string, { status, headers }: Response) => new Response(text, { status, headers });
  const idIn = (text: string, field: string) => named(field).exec(text)?.[1];

  /** The status of a task that has made something. */
  function status(answer: Response, text: string): Response {
    const taskId = idIn(text, 'taskId') ?? '';
    const own = made.exec(text)?.[1];
    if (own === undefined) return answerOf(text, answer);
    const kind = own.startsWith('chirp-custom:') ? 'model' : 'clip';
    const ofKind = told.get(kind) ?? new Set();
    told.set(kind, ofKind);
    const echo = echoing.get(taskId);
    if (echo && echo.id === undefined) {
      echo.id = [...ofKind].find((id) => id !== own);
      if (echo.id !== undefined) ofKind.delete(echo.id);
    }
    if (!echo?.id && !echoed.has(own)) ofKind.add(own);
    if (echo?.id) echoed.add(echo.id);
    return answerOf(echo?.id ? text.replaceAll(own, echo.id) : text, answer);
  }

  /** The status of music whose first clip is one that was reported for other music before. */
  async function songs(answer: Response): Promise<Response> {
    const text = await answer.text();
    const [own] = clipsIn(text);
    const earlier = sung.find((id) => !text.includes(id));
    return answerOf(own && earlier ? text.replaceAll(own, earlier) : text, answer);
  }

  const echoes: Echoes = {
    forgetClips: () => void told.delete('clip'),
    async plain(call, make) {
      const answer = await make();
      const text = await answer.text();
      const clips = clipsIn(text);
      if (clips.length > 1) sung = [...new Set([...sung, ...clips])];
      else if (call === 'status') return status(answer, text);
      // A training that is called again has the task of the one before.
      echoing.delete(idIn(text, 'taskId') ?? '');
      const field = answeredById[call];
      const id = field && idIn(text, field);
      if (id !== undefined) given.set(call, id);
      return answerOf(text, answer);
    },
    async repeat(call, make) {
      if (call === 'status') return songs(await make());
      const field = answeredById[call];
      if (field === undefined) {
        const answer = await make();
        const text = await answer.text();
        const taskId = idIn(text, 'taskId');
        if (taskId !== undefined) echoing.set(taskId, { id: undefined });
        return answerOf(text, answer);
      }
      const id = given.get(call);
      return id === undefined ? echoes.plain(call, make) : Response.json({ [field]: id }, { status: 201 });
    },
  };
  return echoes;
}
