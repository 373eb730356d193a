import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Icon } from './icon.tsx';

/**
 * The browser's own dialog: it holds the focus, gives it back, and closes with Esc. A click beside it closes it, too.
 * @param kind `sheet`: from the right, to read; `box`: to agree
 */
export function Dialog({
  title,
  kind,
  onClose,
  children,
}: {
  title: ComponentChildren;
  kind: 'sheet' | 'box';
  onClose(): void;
  children: ComponentChildren;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    ref.current?.showModal();
  }, []);
  const close = () => ref.current?.close();
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Esc closes a dialog, by the browser.
    <dialog
      ref={ref}
      class={kind}
      aria-labelledby={id}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === ref.current) close();
      }}
    >
      <div class="head">
        <h2 id={id} class="grow">
          {title}
        </h2>
        <button type="button" class="ic" aria-label="Close" onClick={close}>
          <Icon name="x" />
        </button>
      </div>
      <div class="body">{children}</div>
    </dialog>
  );
}
