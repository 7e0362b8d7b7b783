import type { Api } from '../api/client.js';
import { data } from '../api/client.js';
import { asApiError } from '../api/errors.js';
import type { System } from '../api/types.js';
import type { Live } from '../live/client.js';
import { whenBack } from '../live/whenBack.js';
import { Observable } from '../lib/observable.js';
import { onEnded } from './endings.js';
import { LiveList, type ListState, type Page } from './list.js';

const PAGE = 100;

/** The lists that are kept, by name, and what is in each. A feature declares its own (`declare module`). */
export interface StoredLists {}
export type ListName = keyof StoredLists;

/** How one list is read and kept. */
export interface ListSource<K extends ListName> {
  readonly name: K;
  idOf(item: StoredLists[K]): string;
  read(api: Api, query: { readonly limit: number; readonly cursor?: string }): Promise<Page<StoredLists[K]>>;
  /** Keeps it true by live events; called once. */
  follow(list: LiveList<StoredLists[K]>, live: Live, store: KargahStore): void;
  /** Given: reports each item that was under way and has ended. */
  hasEnded?(item: StoredLists[K]): boolean;
  /** What has to be loaded before the end of an item is reported. */
  beforeEnd?(item: StoredLists[K], store: KargahStore): Promise<void>;
}

/** A source that can be added to a store, whatever is in its list. */
export interface StoredList {
  readonly name: ListName;
  addTo(store: KargahStore): void;
}

export function storedList<K extends ListName>(source: ListSource<K>): StoredList {
  return { name: source.name, addTo: (store) => store.add(source) };
}

interface Kept {
  readonly load: () => Promise<void>;
  readonly more: () => Promise<void>;
  readonly clear: () => void;
}

/**
 * The lists of the signed-in person: read once over REST, then kept true by live events; read again only after a gap in the
 * connection. Nothing here polls.
 */
export class KargahStore {
  readonly system = new Observable<System | null>(null);
  /** A `LiveList` of what `StoredLists` says is in the list of that name. */
  private readonly lists = new Map<ListName, unknown>();
  private readonly kept = new Map<ListName, Kept>();
  /** Who is told of the ends of what is in the list of that name. */
  private readonly endings = new Map<ListName, unknown>();
  private forgetSystem: (() => void) | undefined;

  constructor(
    private readonly api: Api,
    private readonly live: Live,
  ) {
    let here = false;
    api.session.state.subscribe((session) => {
      here = session.status === 'signed_in';
      if (here) void this.reload();
      else this.clear();
    });
    api.project.subscribe(() => {
      // At sign-in the system's state arrives before the lists are read.
      if (!here) return;
      this.clear();
      void this.reload();
    });
    live.reconnected.connect(() => void this.reload());
    live.event('system_changed').connect((_, { mlflow }) => {
      this.system.update((system) => (system === null ? null : { ...system, mlflow }));
    });
  }

  /** Keeps one more list from now on. */
  add<K extends ListName>(source: ListSource<K>): void {
    if (this.lists.has(source.name)) throw new Error(`there are two lists called ${source.name}`);
    const list = new LiveList<StoredLists[K]>((item) => source.idOf(item));
    this.lists.set(source.name, list);
    const kept: Kept = {
      load: () => list.load(() => source.read(this.api, { limit: PAGE })),
      more: () => list.more((cursor) => source.read(this.api, { limit: PAGE, cursor })),
      clear: () => list.clear(),
    };
    this.kept.set(source.name, kept);
    source.follow(list, this.live, this);
    this.readAgain(list, kept.load);
    if (source.hasEnded !== undefined) {
      const told = new Set<(item: StoredLists[K]) => void>();
      this.endings.set(source.name, told);
      const tell = async (item: StoredLists[K]): Promise<void> => {
        await source.beforeEnd?.(item, this);
        told.forEach((one) => one(item));
      };
      onEnded(
        list,
        (item) => source.idOf(item),
        (item) => source.hasEnded?.(item) === true,
        (item) => void tell(item),
      );
    }
    if (this.api.session.state.get().status === 'signed_in') void kept.load();
  }

  /** The list of this name, which a registered feature keeps. */
  list<K extends ListName>(name: K): LiveList<StoredLists[K]> {
    const list = this.lists.get(name) as LiveList<StoredLists[K]> | undefined;
    if (list === undefined) throw new Error(`no feature keeps a list called ${name}`);
    return list;
  }

  /** Told once of an item that was under way and has ended, whichever event or reading said so. */
  onEnded<K extends ListName>(name: K, tell: (item: StoredLists[K]) => void): () => void {
    const told = this.endings.get(name) as Set<(item: StoredLists[K]) => void> | undefined;
    if (told === undefined) throw new Error(`no end is known of what is in ${name}`);
    told.add(tell);
    return () => told.delete(tell);
  }

  async reload(): Promise<void> {
    await Promise.all([...[...this.kept.values()].map(({ load }) => load()), this.loadSystem()]);
  }

  async load(name: ListName): Promise<void> {
    await this.kept.get(name)?.load();
  }

  /** The next page of one list, appended. */
  async more(name: ListName): Promise<void> {
    await this.kept.get(name)?.more();
  }

  /** How full the disk is, and how MLflow is. */
  async loadSystem(): Promise<void> {
    this.forgetSystem?.();
    try {
      this.system.set(await data(this.api.http.GET('/api/v1/system')));
    } catch (reason) {
      // Without it the footer is empty; nothing else depends on it.
      if (asApiError(reason).code === 'unreachable' && this.api.session.state.get().status === 'signed_in')
        this.forgetSystem = whenBack(this.live, () => void this.loadSystem());
    }
  }

  /** A list that nobody answered for is read again when the network is back, whether anything shows it or not. */
  private readAgain<T>(list: Observable<ListState<T>>, load: () => Promise<void>): void {
    let stop: (() => void) | undefined;
    list.subscribe(({ error }) => {
      if (error?.code !== 'unreachable') {
        stop?.();
        stop = undefined;
      } else {
        stop ??= whenBack(this.live, () => {
          stop = undefined;
          void load();
        });
      }
    });
  }

  private clear(): void {
    this.forgetSystem?.();
    this.kept.forEach((list) => list.clear());
    this.system.set(null);
  }
}
