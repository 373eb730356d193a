import { Icon } from './icon.tsx';
import { playing, toggle } from './player.ts';

/** Plays one sound; pressing it once more pauses it. */
export function PlayButton({
  id,
  title,
  source,
}: {
  id: string;
  title: string;
  source: () => Blob | string | undefined;
}) {
  const isOn = playing.value?.key === id && playing.value.isOn;
  return (
    <button
      type="button"
      class={`pb ${isOn ? 'on' : ''}`}
      aria-label={`${isOn ? 'Pause' : 'Play'} ${title}`}
      onClick={() => {
        const found = source();
        if (found !== undefined) toggle(id, found);
      }}
    >
      <Icon name={isOn ? 'pause' : 'play'} isFilled={!isOn} />
    </button>
  );
}
