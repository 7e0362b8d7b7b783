import { type KeyboardEvent, type MouseEvent, type ReactNode, useRef } from 'react';
import { fold } from '../i18n/fold.js';
import type { MenuPlace } from './controls/Menu.js';

/**
 * A list of rows that hold buttons: role grid with one tab stop. ↑↓ Home End and typing move; Enter opens, Delete asks,
 * Shift+F10 opens the menu; Tab and the arrow towards the inline end enter the row's buttons, Escape leaves them. Only the row that
 * was last in use keeps its buttons among the tab stops (see `.kg-Row-actions`).
 */
export function Rows({ label, children }: { readonly label: string; readonly children: ReactNode }): JSX.Element {
  const root = useRef<HTMLDivElement>(null);
  const typed = useRef({ text: '', at: 0 });

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const rows = [...(root.current?.querySelectorAll<HTMLElement>('[role=row]') ?? [])];
    const target = event.target as HTMLElement;
    const row = target.closest<HTMLElement>('[role=row]');
    const index = row === null ? -1 : rows.indexOf(row);
    if (row === null || index < 0) {
      return;
    }
    const rtl = row.closest('[dir]')?.getAttribute('dir') === 'rtl';
    const buttons = [...row.querySelectorAll<HTMLElement>('button:not([disabled])')];
    const inside = buttons.indexOf(target);
    const inward = rtl ? 'ArrowLeft' : 'ArrowRight';
    const outward = rtl ? 'ArrowRight' : 'ArrowLeft';
    let next: HTMLElement | undefined;
    if (event.key === 'ArrowDown') next = rows[index + 1];
    else if (event.key === 'ArrowUp') next = rows[index - 1];
    else if (event.key === 'Home') next = rows[0];
    else if (event.key === 'End') next = rows.at(-1);
    else if (event.key === inward) next = buttons[inside + 1];
    else if (event.key === outward) next = inside > 0 ? buttons[inside - 1] : inside === 0 ? row : undefined;
    else if (event.key === 'Escape' && inside >= 0) next = row;
    else if (
      inside < 0 &&
      event.key.length === 1 &&
      !event.ctrlKey &&
      !event.metaKey &&
      !event.altKey &&
      event.key !== ' ' &&
      event.key !== '/'
    ) {
      const now = Date.now();
      typed.current = { text: now - typed.current.at < 800 ? typed.current.text + event.key : event.key, at: now };
      const wanted = fold(typed.current.text);
      const ordered = [...rows.slice(index + 1), ...rows.slice(0, index + 1)];
      next = ordered.find((candidate) => fold(candidate.dataset['name'] ?? '').startsWith(wanted));
    } else return;
    event.preventDefault();
    event.stopPropagation();
    if (next !== undefined) {
      rows.forEach((other) => (other.tabIndex = -1));
      (next.closest<HTMLElement>('[role=row]') ?? next).tabIndex = 0;
      next.focus();
    }
  };

  const onFocus = (event: { target: EventTarget }): void => {
    const row = (event.target as HTMLElement).closest<HTMLElement>('[role=row]');
    if (row !== null) {
      root.current
        ?.querySelectorAll<HTMLElement>('[role=row]')
        .forEach((other) => (other.tabIndex = other === row ? 0 : -1));
    }
  };

  return (
    <div className="kg-Rows" role="grid" aria-label={label} ref={root} onKeyDown={onKeyDown} onFocus={onFocus}>
      {children}
    </div>
  );
}

export interface RowProps {
  /** What type-ahead and a screen reader call the row. */
  readonly name: string;
  readonly icon: ReactNode;
  readonly title: ReactNode;
  /** The one figure at the end; gives way to the actions on hover and focus. */
  readonly end?: ReactNode;
  readonly actions?: ReactNode;
  /** A second line, for what is in progress. */
  readonly second?: ReactNode;
  readonly first?: boolean;
  readonly onOpen?: (() => void) | undefined;
  readonly onDelete?: (() => void) | undefined;
  readonly onMenu?: ((at: MenuPlace) => void) | undefined;
  readonly testId?: string;
  readonly state?: string;
}

/** State, name, one number; actions appear on hover or focus. */
export function Row(props: RowProps): JSX.Element {
  const { name, icon, title, end, actions, second, first = false, onOpen, onDelete, onMenu, testId, state } = props;
  const menuAt = (row: HTMLElement): MenuPlace => {
    const box = row.getBoundingClientRect();
    const rtl = row.closest('[dir]')?.getAttribute('dir') === 'rtl';
    return { x: rtl ? box.right - 24 : box.left + 24, y: box.bottom, edge: 'start' };
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.target !== event.currentTarget) {
      return;
    }
    if (event.key === 'Enter' && onOpen) onOpen();
    else if (event.key === 'Delete' && onDelete) onDelete();
    else if (((event.key === 'F10' && event.shiftKey) || event.key === 'ContextMenu') && onMenu)
      onMenu(menuAt(event.currentTarget));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onContextMenu = (event: MouseEvent): void => {
    if (onMenu) {
      event.preventDefault();
      event.stopPropagation();
      onMenu({ x: event.clientX, y: event.clientY, edge: 'start' });
    }
  };
  return (
    <div
      className={`kg-Row ${actions === undefined ? '' : 'kg-mod-actions'}`}
      role="row"
      tabIndex={first ? 0 : -1}
      data-name={name}
      data-testid={testId}
      data-state={state}
      onClick={(event) => {
        if ((event.target as HTMLElement).closest('button, a') === null) onOpen?.();
      }}
      onKeyDown={onKeyDown}
      onContextMenu={onContextMenu}
    >
      <span role="gridcell" className="kg-Row-icon">
        {icon}
      </span>
      <span role="gridcell" className="kg-Row-title">
        {title}
      </span>
      {end !== undefined && (
        <span role="gridcell" className="kg-Row-end">
          {end}
        </span>
      )}
      {actions !== undefined && (
        <span role="gridcell" className="kg-Row-actions">
          {actions}
        </span>
      )}
      {second !== undefined && (
        <div role="gridcell" className="kg-Row-second">
          {second}
        </div>
      )}
    </div>
  );
}
