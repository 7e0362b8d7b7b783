import { Fragment, type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { useI18n } from '../../i18n/context.js';
import { mendFocus } from '../../lib/focus.js';
import { Icon, type IconName } from '../icons/Icon.js';

export interface MenuItem {
  /** Tells it from others of its name; the label where it is not given. */
  readonly key?: string;
  readonly label: string;
  readonly icon: IconName;
  readonly end?: ReactNode;
  readonly disabled?: boolean;
  /** Why it is disabled. */
  readonly why?: string | undefined;
  /** Given: a radio item. */
  readonly checked?: boolean;
  /** A line above. */
  readonly separated?: boolean;
  run(): void;
}

/** A corner of the menu, in window pixels. `end`: the menu's inline end lies at `x`, as under a button at the end of a row. */
export interface MenuPlace {
  readonly x: number;
  readonly y: number;
  readonly edge?: 'start' | 'end';
}

/** Under a button, their inline ends in line. */
export function below(button: HTMLElement): MenuPlace {
  const box = button.getBoundingClientRect();
  const rtl = button.closest('[dir]')?.getAttribute('dir') === 'rtl';
  return { x: rtl ? box.left : box.right, y: box.bottom + 4, edge: 'end' };
}

export interface MenuProps {
  readonly label: string;
  readonly at: MenuPlace;
  readonly items: readonly MenuItem[];
  readonly header?: ReactNode;
  readonly onClose: () => void;
}

/** A menu at a point of the window, kept inside it; in a portal, so that no panel cuts it. */
export function Menu({ label, at, items, header, onClose }: MenuProps): JSX.Element {
  const i18n = useI18n();
  const root = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ x: at.x, y: at.y });
  const opener = useRef(document.activeElement as HTMLElement | null);

  useLayoutEffect(() => {
    const box = root.current?.getBoundingClientRect();
    if (box) {
      const fromRight = (i18n.dir === 'rtl') === ((at.edge ?? 'start') === 'start');
      setPlace({
        x: Math.max(4, Math.min(fromRight ? at.x - box.width : at.x, window.innerWidth - box.width - 4)),
        y: Math.max(4, Math.min(at.y, window.innerHeight - box.height - 4)),
      });
    }
    root.current?.querySelector<HTMLElement>('[role^=menuitem]')?.focus();
  }, [at.x, at.y, at.edge, i18n.dir]);

  useEffect(() => {
    const outside = (event: Event): void => {
      if (!root.current?.contains(event.target as Node)) onClose();
    };
    document.addEventListener('pointerdown', outside, true);
    window.addEventListener('blur', onClose);
    return () => {
      document.removeEventListener('pointerdown', outside, true);
      window.removeEventListener('blur', onClose);
    };
  }, [onClose]);

  const close = (): void => {
    onClose();
    opener.current?.focus();
    mendFocus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const all = [...(root.current?.querySelectorAll<HTMLElement>('[role^=menuitem]:not([aria-disabled=true])') ?? [])];
    const index = all.indexOf(document.activeElement as HTMLElement);
    if (event.key === 'ArrowDown') all[(index + 1) % all.length]?.focus();
    else if (event.key === 'ArrowUp') all[(index - 1 + all.length) % all.length]?.focus();
    else if (event.key === 'Home') all[0]?.focus();
    else if (event.key === 'End') all.at(-1)?.focus();
    else if (event.key === 'Escape' || event.key === 'Tab') close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return createPortal(
    // The layer is left to right, since a pointer's place is physical; the menu inside has our direction.
    <div className="kg-Layer" dir="ltr" style={{ translate: `${place.x}px ${place.y}px` }}>
      <div
        className="kg-Root kg-Menu"
        dir={i18n.dir}
        lang={i18n.locale.language}
        role="menu"
        aria-label={label}
        ref={root}
        onKeyDown={onKeyDown}
      >
        {header}
        {items.map((item) => (
          <Fragment key={item.key ?? item.label}>
            {item.separated === true && <hr />}
            <button
              type="button"
              className="kg-Menu-item"
              role={item.checked === undefined ? 'menuitem' : 'menuitemradio'}
              aria-checked={item.checked}
              aria-disabled={item.disabled === true || undefined}
              title={item.disabled === true ? item.why : undefined}
              tabIndex={-1}
              onClick={() => {
                if (item.disabled !== true) {
                  close();
                  item.run();
                }
              }}
            >
              <Icon name={item.checked === true ? 'check' : item.icon} />
              <span className="kg-Layout-grow">{item.label}</span>
              {item.end !== undefined && <span className="kg-Text-muted">{item.end}</span>}
            </button>
          </Fragment>
        ))}
      </div>
    </div>,
    document.body,
  );
}
