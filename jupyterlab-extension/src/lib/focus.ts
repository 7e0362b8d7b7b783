/** What can take the focus, as far as it is drawn. */
const FOCUSABLE = 'a[href], button, input, select, textarea, [tabindex]';

interface Place {
  readonly element: HTMLElement;
  /** From the element outwards to our root. */
  readonly around: readonly HTMLElement[];
  /** Which row of its grid it was in; -1 outside of one. */
  readonly row: number;
}

const mending = new Set<() => void>();

/**
 * Keeps the focus within `root` when what has it goes away: a row that is deleted, a button that its job has no more use for. It
 * goes to the row that took the place, else to what is nearest. Without this a browser drops it to the body, and the next Tab
 * begins at the top of the page.
 */
export function keepFocus(root: HTMLElement): () => void {
  let last: Place | null = null;
  const mend = (): void => {
    const active = document.activeElement;
    if (last === null || canHold(last.element, root) || (active !== null && active !== document.body)) return;
    const lost = last;
    last = null;
    successorOf(lost, root)?.focus();
  };
  const onIn = (event: FocusEvent): void => {
    if (event.target instanceof HTMLElement) last = placeOf(event.target, root);
  };
  const onOut = (event: FocusEvent): void => {
    // The reader moved the focus, unless the element is being removed: that is known after this turn of the event loop.
    if (event.relatedTarget !== null) return;
    const left = event.target;
    queueMicrotask(() => {
      if (last?.element === left && canHold(last.element, root) && document.hasFocus()) last = null;
    });
  };
  root.addEventListener('focusin', onIn);
  root.addEventListener('focusout', onOut);
  const observer = new MutationObserver(mend);
  observer.observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ['disabled'] });
  mending.add(mend);
  return () => {
    observer.disconnect();
    mending.delete(mend);
    root.removeEventListener('focusin', onIn);
    root.removeEventListener('focusout', onOut);
  };
}

/** After a dialog or a menu gave the focus back to something that had gone away meanwhile. */
export function mendFocus(): void {
  mending.forEach((mend) => mend());
}

function placeOf(element: HTMLElement, root: HTMLElement): Place {
  const around: HTMLElement[] = [];
  for (let one = element.parentElement; one !== null && one !== root; one = one.parentElement) around.push(one);
  const row = element.closest('[role=row]');
  return { element, around, row: row === null ? -1 : rowsOf(row.closest('[role=grid]')).indexOf(row as HTMLElement) };
}

function successorOf({ around, row }: Place, root: HTMLElement): HTMLElement | null {
  for (const one of [...around.filter((element) => root.contains(element)), root]) {
    const role = one.getAttribute('role');
    const rows = role === 'grid' ? rowsOf(one) : [];
    if (role === 'row') return one;
    if (rows.length > 0) return rows[Math.min(Math.max(row, 0), rows.length - 1)] ?? null;
    const found = [...one.querySelectorAll<HTMLElement>(FOCUSABLE)].find((element) => canHold(element, root));
    if (found !== undefined) return found;
  }
  return null;
}

function rowsOf(grid: Element | null): readonly HTMLElement[] {
  return grid === null ? [] : [...grid.querySelectorAll<HTMLElement>('[role=row]')];
}

function canHold(element: HTMLElement, root: HTMLElement): boolean {
  if (!root.contains(element) || element.matches(':disabled')) return false;
  return element.tabIndex >= 0 || element.getAttribute('role') === 'row';
}
