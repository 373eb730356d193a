import { useSignal } from '@preact/signals';
import type { GenerationAnswer } from '../../../functions/api/contract/music.ts';
import { length, printable } from '../words/format.ts';
import { Icon } from './icon.tsx';
import { isMarked, mark } from './marks.ts';
import { PlayButton } from './play-button.tsx';
import { playing, playTrouble, position } from './player.ts';
import { Wave } from './wave.tsx';

type Clip = NonNullable<GenerationAnswer['session']['music']>['clips'][number];

/** The takes of one piece of music: each can be heard as soon as its audio is here. */
export function Takes({ answer: { session, downloads } }: { answer: GenerationAnswer }) {
  const clips = session.music?.clips ?? [];
  const isMade = ['ready', 'failed', 'cancelled', 'abandoned', 'interrupted'].includes(session.status);
  return (
    <>
      {clips.map((clip, index) => (
        <Take
          key={clip.clipId}
          clip={clip}
          number={index + 1}
          of={session.name}
          download={downloads.find(({ clipId }) => clipId === clip.clipId)}
        />
      ))}
      {!isMade && clips.every(({ hasAudio }) => !hasAudio) && (
        <div class="making">
          <p>
            <b class="b">The takes are being made.</b> Usually 30 to 120 s.
          </p>
        </div>
      )}
      {isMade && clips.length === 0 && <p class="dim">There are no takes.</p>}
    </>
  );
}

/** Of what is played and drawn. */
export const takeId = (clipId: string) => `take-${clipId}`;

function Take({
  clip,
  number,
  of,
  download,
}: {
  clip: Clip;
  number: number;
  of: string;
  download: GenerationAnswer['downloads'][number] | undefined;
}) {
  const { clipId, durationSeconds = 0, title } = clip;
  const id = takeId(clipId);
  const isHere = playing.value?.key === id;
  const part = isHere && durationSeconds > 0 ? Math.min(1, position.value / durationSeconds) : 0;
  const name = `take ${number} of ${printable(title ?? of)}`;
  const isOn = isMarked(clipId);
  if (download === undefined) {
    return (
      <div class="tk">
        <div class="making">
          <p>
            <b class="b">Take {number}:</b> {takeWords(clip)}
          </p>
        </div>
      </div>
    );
  }
  return (
    <div class="tk" data-take={clipId}>
      <PlayButton id={id} title={name} source={() => download.url} />
      <Wave id={id} load={() => bytesOf(download.url)} part={part} />
      <span class="tm mono dim">
        {isHere ? `${length(position.value)} / ` : ''}
        {length(durationSeconds)}
      </span>
      <div class="bt">
        <span>Take {number}</span>
        <button
          type="button"
          class="btn sm mk"
          aria-pressed={isOn}
          aria-label={`Mark ${name}`}
          onClick={() => mark(clipId)}
        >
          <Icon name="star" size={14} isFilled={isOn} />
          {isOn ? 'Marked' : 'Mark'}
        </button>
        <Download url={download.url} file={download.file} name={name} />
        <span class="hint">Kept in your storage.</span>
        {playTrouble.value?.key === id && <span role="alert">{playTrouble.value.words}</span>}
      </div>
    </div>
  );
}

/** Why there is nothing to hear yet. */
export function takeWords({ locked, trouble }: Pick<Clip, 'locked' | 'trouble'>): string {
  if (locked === 'yes') return 'locked at the provider: unlock it there, then resume.';
  if (locked === 'perhaps') return 'perhaps locked at the provider: look there, then resume.';
  return trouble === undefined ? 'its audio is not here yet.' : printable(trouble);
}

async function bytesOf(url: string): Promise<Blob> {
  const response = await fetch(url, { cache: 'no-store' });
  if (!response.ok) throw new TypeError(`The storage answers ${response.status}.`);
  return response.blob();
}

/** By the bytes: a link to another origin would be opened in place of the page. */
function Download({ url, file, name }: { url: string; file: string; name: string }) {
  const words = useSignal('Download');
  const save = async () => {
    words.value = 'Is loaded …';
    try {
      const own = URL.createObjectURL(await bytesOf(url));
      const link = document.createElement('a');
      link.href = own;
      link.download = file;
      link.click();
      setTimeout(() => URL.revokeObjectURL(own), 60_000);
      words.value = 'Download';
    } catch {
      words.value = 'It did not come: try again';
    }
  };
  return (
    <button type="button" class="btn sm" aria-label={`${words.value} ${name}`} onClick={() => void save()}>
      <Icon name="down" size={14} />
      {words.value}
    </button>
  );
}
