import { useId } from 'preact/hooks';
import { type FoundFile, filesOfField, hasPicker, pickFiles } from '../files/found-files.ts';

/**
 * A field for files that looks like a button. Browsers that can find a file again after a reload are asked for it in
 * their own way.
 */
export function FileField({
  words,
  kind = 'files',
  isOne = false,
  take,
  look = 'btn sm',
  label,
}: {
  words: string;
  kind?: 'files' | 'folder';
  isOne?: boolean;
  look?: string;
  /** For a screen reader, where the words alone do not say which. */
  label?: string;
  take(files: FoundFile[]): void;
}) {
  const id = useId();
  return (
    <span class="ff">
      <input
        id={id}
        type="file"
        multiple={!isOne}
        aria-label={label}
        {...(kind === 'folder' ? { webkitdirectory: true } : {})}
        onClick={(event) => {
          if (!hasPicker(kind)) return;
          event.preventDefault();
          void pickFiles(kind, isOne).then((files) => {
            if (files.length > 0) take(files);
          });
        }}
        onChange={(event) => {
          const files = filesOfField(event.currentTarget.files);
          // So that the same file can be chosen once more.
          event.currentTarget.value = '';
          if (files.length > 0) take(files);
        }}
      />
      <label for={id} class={look}>
        {words}
      </label>
    </span>
  );
}
