import type { ReactNode } from 'react';
import type { MenuItem } from '../components/controls/Menu.js';
import type { Project } from '../api/types.js';
import { useKargah } from '../context.js';
import { useStores } from '../lib/useStore.js';
import type { Kargah } from '../tokens.js';

/** The project whose lists are shown; undefined until it is known which there are. */
export function currentProject({ api, store }: Kargah): Project | undefined {
  const chosen = api.project.get();
  return store
    .list('projects')
    .get()
    .items.find(({ project_id, is_default }) => (chosen === null ? is_default : project_id === chosen));
}

/** Whether the person may do this in the project that is shown. Until that is known nothing is hidden: the bridge refuses. */
export function may(kargah: Kargah, permission: string): boolean {
  return currentProject(kargah)?.permissions.includes(permission) ?? true;
}

export function useMay(permission: string): boolean {
  const kargah = useKargah();
  useStores([kargah.api.project, kargah.store.list('projects')]);
  return may(kargah, permission);
}

/** What is there only for who may do it. */
export function May({ do: permission, children }: { readonly do: string; readonly children: ReactNode }): ReactNode {
  return useMay(permission) ? children : null;
}

/** An item of a menu that is there only for who has the permission. */
export interface GuardedItem extends MenuItem {
  readonly needs?: string;
}

export function permitted(kargah: Kargah, items: readonly GuardedItem[]): readonly MenuItem[] {
  return items.filter(({ needs }) => needs === undefined || may(kargah, needs));
}
