import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { useI18n } from '../../i18n/context.js';

export interface PopoverProps {
  readonly label: string;
  /** What it belongs to: it stands above it, or below where there is no room, and Escape leads back to it. */
  readonly anchor: HTMLElement;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A small window above a button, inside the page's edges; in a portal, so that no bar cuts it. */
export function Popover({ label, anchor, onClose, children }: PopoverProps): JSX.Element {
  const i18n = useI18n();
  const root = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ x: 0, y: 0 });

  useLayoutEffect(() => {
    const element = root.current;
    if (element === null) return undefined;
    const put = (): void => {
      const button = anchor.getBoundingClientRect();
      const { width, height } = element.getBoundingClientRect();
      const above = button.top - height - 4;
      setPlace({
        x: Math.max(4, Math.min(button.right - width, window.innerWidth - width - 4)),
        y: above >= 4 ? above : Math.max(4, Math.min(button.bottom + 4, window.innerHeight - height - 4)),
      });
    };
    // Jobs come and go while it is open.
    const sizes = new ResizeObserver(put);
    sizes.observe(element);
    put();
    element.focus();
    return () => sizes.disconnect();
  }, [anchor]);

  useEffect(() => {
    const outside = (event: Event): void => {
      const target = event.target as Node;
      if (root.current?.contains(target) !== true && !anchor.contains(target)) onClose();
    };
    document.addEventListener('pointerdown', outside, true);
    return () => document.removeEventListener('pointerdown', outside, true);
  }, [anchor, onClose]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    onClose();
    anchor.focus();
  };

  return createPortal(
    // The layer is left to right, since a button's place is physical; what is inside has our direction.
    <div className="kg-Layer" dir="ltr" style={{ translate: `${place.x}px ${place.y}px` }}>
      <div
        className="kg-Root kg-Popover"
        dir={i18n.dir}
        lang={i18n.locale.language}
        role="dialog"
        aria-label={label}
        tabIndex={-1}
        ref={root}
        onKeyDown={onKeyDown}
      >
        {children}
      </div>
    </div>,
    // What lies over the whole window hides everything outside of it.
    anchor.closest('dialog') ?? document.body,
  );
}
