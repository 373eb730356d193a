import type { AudioWay, AudioWayProblem } from './audio-way.ts';
import type { LocalAudio } from './local-audio.ts';
import { fetchProbe, tunnelAdvice } from './probe.ts';
import type { openPublicDoor } from './public-door.ts';
import { type Lookup, tooNear } from './reach.ts';

const where = '--public-url';

/** A tunnel to the public door: the audio stays here, and is fetched when the provider wants it. */
export function openTunnel({
  publicUrl,
  door,
  audio,
  provider,
  fetch,
  lookup,
}: {
  readonly publicUrl: string;
  readonly door: Awaited<ReturnType<typeof openPublicDoor>>;
  readonly audio: Pick<LocalAudio, 'putProbe'>;
  readonly provider: string;
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly lookup?: Lookup | undefined;
}): AudioWay {
  const { host } = new URL(publicUrl);
  const nearness = async (): Promise<AudioWayProblem | undefined> => {
    const near = await tooNear(publicUrl, provider, lookup);
    if (near === undefined) return undefined;
    const message = `${host} leads to ${near === 'this machine' ? near : 'an address of a private network'}: use the address that the tunnel has on the internet.`;
    return {
      summary: `${new URL(provider).host} cannot reach ${publicUrl}.`,
      problems: [{ where, message }],
    };
  };
  const advice = tunnelAdvice(door.url);
  return {
    kind: 'tunnel',
    name: publicUrl,
    advice,
    async check(signal) {
      const near = await nearness();
      if (near) return near;
      const probe = await audio.putProbe();
      try {
        const url = await door.link({ key: probe.key });
        return await fetchProbe({ url, bytes: probe.bytes, where, advice, signal, fetch });
      } finally {
        await probe.remove();
      }
    },
    ownHeaders: door.ownHeaders,
    fetched: (object) => door.fetched(object),
    async publish() {},
    link: async (_sessionId, object) => ({ url: await door.link(object) }),
    async remove() {},
    close: () => door.close(),
  };
}
