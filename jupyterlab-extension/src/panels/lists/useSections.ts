import { useEffect, useMemo } from 'react';
import { useKargah } from '../../context.js';
import type { Entry, Rows, Section } from '../../features/feature.js';
import type { Features } from '../../features/registry.js';
import { useStore, useStores } from '../../lib/useStore.js';
import type { ListState } from '../../store/list.js';
import type { ListName } from '../../store/store.js';
import type { Kargah } from '../../tokens.js';

export interface SectionRows {
  readonly section: Section;
  readonly state: ListState<unknown>;
  /** Every list that its rows are made of. */
  readonly lists: readonly ListName[];
  readonly entries: readonly Entry[];
}

/** The sections of all features, each with the rows that features have put there; kept true as their lists change. */
export function useSections(features: Features): readonly SectionRows[] {
  const kargah = useKargah();
  const { store, shell } = kargah;
  const all = useStore(features.all);
  const parts = useStore(features.parts);
  useEffect(() => {
    // Nothing to do for those whose code came with the panel's.
    features.loadPanels().catch((reason: unknown) => shell.failed(reason));
  }, [features, all, shell]);
  const sections = useMemo(
    () => parts.flatMap(({ section }) => section ?? []).sort((a, b) => a.rank - b.rank),
    [parts],
  );
  const rows = useMemo(() => parts.flatMap((part) => part.rows ?? []), [parts]);
  useStores([
    ...sections.map(({ list }) => store.list(list)),
    ...rows.flatMap((one) => [...one.lists.map((name) => store.list(name)), ...(one.watched?.(kargah) ?? [])]),
  ]);
  const hidden = rows.map((one) => one.hidden?.(kargah) ?? {});
  return sections.map((section) => {
    const here = rows.filter((one) => one.section === section.id);
    const behind = (id: string): boolean => hidden.some((by) => by[section.id]?.has(id) === true);
    return {
      section,
      state: store.list(section.list).get(),
      lists: [...new Set([section.list, ...here.flatMap(({ lists }) => lists)])],
      entries: together(kargah, section, here).filter(({ id }) => !behind(id)),
    };
  });
}

/**
 * The rows of one section. Those that say when they were made stand newest first, whichever feature they are of; what is older than
 * the last that has been read of the section's own list waits for its page.
 */
function together(kargah: Kargah, section: Section, rows: readonly Rows[]): readonly Entry[] {
  const own = rows.filter(({ lists }) => lists.includes(section.list)).flatMap((one) => one.entries(kargah));
  const others = rows.filter(({ lists }) => !lists.includes(section.list)).flatMap((one) => one.entries(kargah));
  const complete = kargah.store.list(section.list).get().nextCursor === null;
  const oldest = complete ? '' : (own.at(-1)?.at ?? '');
  const entries = [...own, ...others.filter(({ at }) => at === undefined || at >= oldest)];
  // Stable: what is of one moment, or says nothing of it, keeps the order in which it was given.
  return entries.sort((a, b) => (a.at === undefined || b.at === undefined ? 0 : b.at.localeCompare(a.at)));
}
