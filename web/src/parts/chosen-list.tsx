import type { ComponentChildren } from 'preact';
import {
  type ChosenFile,
  type ChosenFiles,
  reasonOf,
  type Standing,
  type standings,
} from '../files/chosen-files.ts';
import { counted, duration, length, printable } from '../words/format.ts';
import { sizeWords } from '../words/new-model.ts';
import { FileField } from './file-fields.tsx';
import { Given } from './given.tsx';
import { Icon } from './icon.tsx';
import { PlayButton } from './play-button.tsx';
import { playing, playTrouble, position } from './player.ts';
import { isSmall } from './small-screen.ts';
import { Wave } from './wave.tsx';
import { mostDrawn, Windowed } from './windowed.tsx';

type Placed = ReturnType<typeof standings>[number];

const rowHeight = { wide: 52, small: 84 };

/** Files by what can be done with them: those that cannot be used come first. */
export function ChosenList({ chosen, placed }: { chosen: ChosenFiles; placed: readonly Placed[] }) {
  const version = chosen.version.value;
  const of = (standing: Standing) => placed.filter((one) => one.standing === standing);
  const [bad, copies, out] = [of('bad'), of('copy'), of('out')];
  const ready = placed.filter(({ standing }) => standing === 'ready' || standing === 'checking');
  const leaveOut = () =>
    chosen.leaveOut(
      bad.map(({ file }) => file),
      true,
    );
  return (
    <>
      <Group
        title="Cannot be used"
        hint={counted(bad.length, 'file')}
        rows={bad.map((one) => <Bad key={one.file.key} chosen={chosen} file={one.file} />)}
      >
        <button type="button" class="link" onClick={leaveOut}>
          {bad.length === 1 ? 'Leave it out' : 'Leave out all of them'}
        </button>
      </Group>
      {ready.length > mostDrawn ? (
        <>
          <GroupHead title="Ready" hint={readyWords(ready)} />
          <Windowed
            count={ready.length}
            height={isSmall.value ? rowHeight.small : rowHeight.wide}
            label="Files that are ready"
            row={(index) => {
              const one = ready[index];
              return (
                one && <Ready key={one.file.key} chosen={chosen} file={one.file} version={version} isPlain />
              );
            }}
          />
        </>
      ) : (
        <Group
          title="Ready"
          hint={readyWords(ready)}
          rows={ready.map((one) => (
            <Ready key={one.file.key} chosen={chosen} file={one.file} version={version} />
          ))}
        />
      )}
      <Group
        title="Copies"
        hint={counted(copies.length, 'file')}
        rows={copies.slice(0, mostDrawn).map(({ file, copyOf = '' }) => (
          <div class="fl" key={file.key}>
            <span class="ico">
              <Icon name="copy" />
            </span>
            <span class="fn wide">
              <Name file={file} />
              <span class="s">
                The same bytes as <Given text={copyOf} />: uploaded once, paid once.
              </span>
            </span>
          </div>
        ))}
      />
      <Group
        title="Left out"
        hint={`${counted(out.length, 'file')}, not uploaded`}
        rows={out.slice(0, mostDrawn).map(({ file }) => (
          <div class="fl" key={file.key}>
            <span class="ico">
              <Icon name="x" />
            </span>
            <span class="fn most">
              <Name file={file} />
            </span>
            <button
              type="button"
              class="btn sm last"
              aria-label={`Take back ${file.name}`}
              onClick={() => chosen.leaveOut([file], false)}
            >
              Take back
            </button>
          </div>
        ))}
      />
    </>
  );
}

function readyWords(ready: readonly Placed[]): string {
  let [seconds, bytes] = [0, 0];
  for (const { file } of ready) {
    if (file.inspection?.usable) seconds += file.inspection.durationSeconds;
    bytes += file.file.size;
  }
  return `${counted(ready.length, 'file')}, ${duration(seconds)} of music, ${sizeWords(bytes)}`;
}

function GroupHead({ title, hint, children }: { title: string; hint: string; children?: ComponentChildren }) {
  return (
    <div class="gh">
      <h3>{title}</h3>
      <span class="hint">{hint}</span>
      {children && <span class="end">{children}</span>}
    </div>
  );
}

function Group({
  title,
  hint,
  rows,
  children,
}: {
  title: string;
  hint: string;
  rows: readonly ComponentChildren[];
  children?: ComponentChildren;
}) {
  if (rows.length === 0) return null;
  return (
    <>
      <GroupHead title={title} hint={hint}>
        {children}
      </GroupHead>
      <ul class="fls">
        {rows.map((row, index) => (
          <li key={index}>{row}</li>
        ))}
      </ul>
    </>
  );
}

const Name = ({ file: { name } }: { file: ChosenFile }) => (
  <span class="t" title={printable(name)}>
    <Given text={name} />
  </span>
);

function Bad({ chosen, file }: { chosen: ChosenFiles; file: ChosenFile }) {
  return (
    <div class="fl bad">
      <span class="ico">
        <Icon name="warn" />
      </span>
      <span class="fn wide">
        <Name file={file} />
        <span class="s">{sizeWords(file.file.size)}</span>
      </span>
      <div class="why">
        <p>{printable(reasonOf(file) ?? '')}</p>
        <span class="acts">
          <FileField
            words="Replace…"
            label={`Replace ${file.name}`}
            isOne
            take={([found]) => found && chosen.replace(file, found)}
          />
          <button
            type="button"
            class="btn sm"
            aria-label={`Leave out ${file.name}`}
            onClick={() => chosen.leaveOut([file], true)}
          >
            Leave out
          </button>
        </span>
      </div>
    </div>
  );
}

/** @param isPlain a row of a fixed height, without the notes */
function Ready({
  chosen,
  file,
  isPlain = false,
}: {
  chosen: ChosenFiles;
  file: ChosenFile;
  /** Changes with the file, which itself stays the same. */
  version: number;
  isPlain?: boolean;
}) {
  const { inspection, name, key } = file;
  const id = `file-${key}`;
  const seconds = inspection?.usable ? inspection.durationSeconds : 0;
  const part = playing.value?.key === id && seconds > 0 ? Math.min(1, position.value / seconds) : 0;
  const facts = inspection?.usable
    ? `${inspection.format}, ${length(seconds)}, ${sizeWords(file.file.size)}`
    : `${sizeWords(file.file.size)}, is looked into …`;
  const notes = isPlain || !inspection?.usable ? [] : notesOf(name, inspection);
  return (
    <div class="fl">
      <PlayButton id={id} title={name} source={() => file.file} />
      <span class="fn">
        <Name file={file} />
        <span class="s">{facts}</span>
        {notes.map((note) => (
          <span class="s warned" key={note}>
            {note}
          </span>
        ))}
        {playTrouble.value?.key === id && <span class="s">{playTrouble.value.words}</span>}
      </span>
      <span class="wv">
        <Wave id={id} load={async () => file.file} part={part} />
      </span>
      <button
        type="button"
        class="ic last"
        aria-label={`Remove ${name}`}
        title="Remove"
        onClick={() => chosen.remove(file)}
      >
        <Icon name="x" />
      </button>
    </div>
  );
}

/** What is odd about a file that can be used. */
function notesOf(
  name: string,
  { warning, extension, format, convertTo }: Extract<NonNullable<ChosenFile['inspection']>, { usable: true }>,
) {
  const said = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase();
  const isOther = said !== undefined && !sameKind(said, extension);
  return [
    ...(warning === undefined ? [] : [warning]),
    ...(isOther ? [`Named .${printable(said)}, but it is ${format}: the content counts.`] : []),
    ...(convertTo === undefined
      ? []
      : [
          `Pages about the provider do not name ${format}: it may refuse the file. As ${convertTo.toUpperCase()} it is sure.`,
        ]),
  ];
}

const families = ['wav wave', 'm4a mp4 m4b aac m4r', 'ogg oga opus', 'aif aiff aifc', 'mp3 mpga'];
const sameKind = (a: string, b: string) =>
  a === b || families.some((family) => family.split(' ').includes(a) && family.split(' ').includes(b));
