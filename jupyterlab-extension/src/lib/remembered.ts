import { useState } from 'react';

type Change<T> = Partial<T> | ((before: T) => Partial<T>);

/** How somebody looks at something, as it was left, also after a reload: this browser remembers it under `name`. */
export function useRemembered<T extends object>(name: string, first: T): readonly [T, (change: Change<T>) => void] {
  const key = `kargah:${name}`;
  const [view, setView] = useState<T>(() => ({ ...first, ...kept<T>(key) }));
  const change = (changed: Change<T>): void => {
    // Another page may have changed another part of it meanwhile.
    const before = { ...first, ...kept<T>(key) };
    const next = { ...before, ...(typeof changed === 'function' ? changed(before) : changed) };
    window.localStorage.setItem(key, JSON.stringify(next));
    setView(next);
  };
  return [view, change];
}

function kept<T>(key: string): Partial<T> {
  try {
    return JSON.parse(window.localStorage.getItem(key) ?? '{}') as Partial<T>;
  } catch {
    return {};
  }
}
