import { type KeyboardEvent, type MouseEvent, type ReactNode, useRef } from 'react';
import { fold } from '../../i18n/fold/fold.js';
import type { MenuPlace } from '../controls/Menu.js';

/**
 * A list of rows that hold buttons: role grid with one tab stop. ↑↓ Home End and typing move; Enter opens, Delete asks,
 * Shift+F10 opens the menu; Tab and the arrow towards the inline end enter the row's buttons, Escape leaves them. Only the row that
 * was last in use keeps its buttons among the tab stops (see `.kg-Row-actions`). Where several may be chosen: Space and the row's box
 * choose, with Shift all up to there; Shift+↑↓ goes on choosing, Ctrl+A chooses all. Ctrl+Z takes back what was done last.
 */
export interface RowsProps {
  readonly label: string;
  readonly children: ReactNode;
  /** Several rows may be chosen: called with the row's id and the ids of all rows as they stand; `through`: all up to that one. */
  readonly onChoose?: ((id: string, order: readonly string[], through: boolean) => void) | undefined;
  readonly onUndo?: (() => void) | undefined;
}

export function Rows({ label, children, onChoose, onUndo }: RowsProps): JSX.Element {
  const root = useRef<HTMLDivElement>(null);
  const typed = useRef({ text: '', at: 0 });

  const choose = (row: HTMLElement, through: boolean): boolean => {
    const { id } = row.dataset;
    if (onChoose === undefined || id === undefined) return false;
    const rows = root.current?.querySelectorAll<HTMLElement>('[role=row][data-id]') ?? [];
    onChoose(
      id,
      [...rows].map((one) => one.dataset['id'] ?? ''),
      through,
    );
    return true;
  };
  const onClick = (event: MouseEvent): void => {
    const target = event.target as HTMLElement;
    const row = target.closest<HTMLElement>('[role=row]');
    if (row === null || target.closest('button, a') !== null) return;
    const meant = target.closest('.kg-Row-check') !== null || event.shiftKey || event.ctrlKey || event.metaKey;
    if (meant && choose(row, event.shiftKey)) event.stopPropagation();
  };

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
    const withCtrl = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
    let next: HTMLElement | undefined;
    if (withCtrl && event.code === 'KeyA' && onChoose !== undefined) {
      const [top] = rows;
      // From a row that is named anew to the last one.
      if (top?.getAttribute('aria-selected') === 'true') choose(top, false);
      if (top !== undefined) choose(top, false);
      if (rows.length > 1) choose(rows.at(-1)!, true);
    } else if (withCtrl && event.code === 'KeyZ' && onUndo !== undefined) onUndo();
    else if (event.key === ' ' && inside < 0 && choose(row, event.shiftKey)) next = row;
    else if (event.key === 'ArrowDown') next = rows[index + 1];
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
      if (event.shiftKey && next !== row && /^Arrow(?:Up|Down)$/.test(event.key)) {
        if (row.getAttribute('aria-selected') === 'false') choose(row, false);
        choose(next, true);
      }
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
    <div
      className="kg-Rows"
      role="grid"
      aria-label={label}
      aria-multiselectable={onChoose === undefined ? undefined : true}
      ref={root}
      onClickCapture={onClick}
      onKeyDown={onKeyDown}
      onFocus={onFocus}
    >
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
  /** Where several may be chosen: whether this one is, and what its box is called. */
  readonly choice?: { readonly id: string; readonly chosen: boolean; readonly label: string } | undefined;
}

/** State, name, one number; actions appear on hover or focus. */
export function Row(props: RowProps): JSX.Element {
  const {
    name,
    icon,
    title,
    end,
    actions,
    second,
    first = false,
    onOpen,
    onDelete,
    onMenu,
    testId,
    state,
    choice,
  } = props;
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
      data-id={choice?.id}
      aria-selected={choice?.chosen}
      onClick={(event) => {
        if ((event.target as HTMLElement).closest('button, a, input') === null) onOpen?.();
      }}
      onKeyDown={onKeyDown}
      onContextMenu={onContextMenu}
    >
      <span role="gridcell" className="kg-Row-icon">
        {icon}
        {choice !== undefined && (
          <input
            type="checkbox"
            className="kg-Row-check"
            tabIndex={-1}
            aria-label={choice.label}
            checked={choice.chosen}
            // The list takes the click.
            onChange={() => undefined}
          />
        )}
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
