import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { ComponentType, ReactElement } from 'react';
import type { AnyState } from '../api/states.js';
import type { IconName } from '../components/icons/paths.js';
import type { Catalogue } from '../i18n/message.js';
import type { MessageKey } from '../i18n/messages.js';
import type { I18n } from '../i18n/i18n.js';
import type { Watched } from '../lib/useStore.js';
import type { Page } from '../store/list.js';
import type { ListName, StoredList } from '../store/store.js';
import type { Kargah, PageArgs, PageName } from '../tokens.js';

/**
 * What a part of Kargah adds to the panel and to JupyterLab. Everything is optional but its name. A feature stands in a folder of
 * its own and is registered once; whatever shows lists, pages, commands or texts goes through what is registered.
 */
export interface Feature {
  readonly id: string;
  readonly messages?: Catalogue;
  readonly lists?: readonly StoredList[];
  readonly pages?: readonly AnyPage[];
  readonly commands?: readonly CommandSpec[];
  readonly activities?: Activities;
  /** What the side panel shows of it; loaded with the panel's own code. */
  readonly panel?: () => Promise<{ readonly default: PanelPart }>;
  /** Called once, when its lists are kept. */
  start?(kargah: Kargah): void;
}

export interface PanelPart {
  readonly section?: Section;
  readonly rows?: Rows;
}

/** A fold of the side panel. */
export interface Section {
  readonly id: string;
  /** Sections stand in this order. */
  readonly rank: number;
  readonly title: MessageKey;
  /** How many of its rows a search found; `{n}` is their number. */
  readonly found: MessageKey;
  /** The list that says whether there is something to show yet, and more to read. */
  readonly list: ListName;
  readonly filters?: Filters;
  /** Asks the bridge for what the list does not hold yet. */
  search?(kargah: Kargah, query: Query): Promise<Page<Entry>>;
  /** Buttons in its title. */
  readonly Actions?: ComponentType;
  /** Several of its rows may be chosen. */
  readonly choice?: Choice;
  /** Behind its number, while nothing is searched. */
  readonly Badge?: ComponentType;
  /** One sentence and one way forward. */
  readonly Empty: ComponentType;
}

/** How several rows of a section are chosen, and what is done with them. */
export interface Choice {
  /** A row was named; `through`: all between that one and the one before. `order`: the ids of the rows as they stand. */
  choose(kargah: Kargah, id: string, order: readonly string[], through: boolean): void;
  /** Takes back what was last done with rows that are gone since (Ctrl+Z). */
  undo?(kargah: Kargah): void;
  /** Above the rows: nothing where none is chosen. */
  readonly Bar: ComponentType;
}

/** Rows of a section: of the feature's own, or of another's. */
export interface Rows {
  readonly section: string;
  /** The lists that they are made of; the first is the section's own where the section is this feature's. */
  readonly lists: readonly ListName[];
  /** What else they follow. */
  watched?(kargah: Kargah): readonly Watched[];
  entries(kargah: Kargah): readonly Entry[];
  /** Rows of any section, by its id, for which rows of this feature stand. */
  hidden?(kargah: Kargah): Readonly<Record<string, ReadonlySet<string>>>;
}

export interface Entry {
  readonly id: string;
  /** Where the search looks. */
  readonly texts: readonly string[];
  /** The options of the section's filters that it passes. */
  readonly marks?: readonly string[];
  /** When it was made (ISO 8601): rows that say so stand newest first. */
  readonly at?: string;
  /** Not one of the things that the section counts, as a file on its way is no dataset yet. */
  readonly uncounted?: boolean;
  row(first: boolean, filters: RowFilters): ReactElement;
}

/** What the section is filtered by, for rows that show it and change it. */
export interface RowFilters {
  readonly chosen: ReadonlySet<string>;
  readonly toggle: (option: string) => void;
}

export interface Filters {
  /** Whether a row has to have one of the chosen options, or all of them. */
  readonly match: 'any' | 'all';
  options(kargah: Kargah, i18n: I18n): readonly FilterOption[];
  /** An option that was chosen, whether it is offered still or not. */
  option(id: string, i18n: I18n): FilterOption;
}

export interface FilterOption {
  readonly id: string;
  readonly label: string;
  /** What its chip shows while it is chosen; the label where it does not say. */
  readonly chip?: ReactElement;
  readonly chipTitle?: string;
}

export interface Query {
  readonly text: string;
  readonly chosen: ReadonlySet<string>;
  readonly limit: number;
  readonly cursor: string | undefined;
  readonly signal: AbortSignal;
}

/** A page in the main area, and the command that opens it. */
export interface PageSpec<P extends PageName = PageName> {
  readonly name: P;
  readonly command: string;
  readonly label: MessageKey;
  readonly icon?: IconName;
  readonly palette?: boolean;
  /** Also for who is not signed in. */
  readonly open?: boolean;
  /** Its arguments out of those of a command, which anyone may call; undefined where they name nothing. */
  read(args: ReadonlyPartialJSONObject): PageArgs[P] | undefined;
  /** One tab for each: what is open already comes to the front. */
  tab(args: PageArgs[P]): string;
  /** The tab's name, where it is known yet, and its icon. */
  look(kargah: Kargah, args: PageArgs[P]): { readonly name: string | undefined; readonly icon: IconName };
  /** The lists from which the name comes, so that the tab follows it. */
  readonly lists: readonly ListName[];
  content(args: PageArgs[P], close: () => void): ReactElement;
}

/** A page of any name. */
export type AnyPage = { [P in PageName]: PageSpec<P> }[PageName];

export interface CommandSpec {
  readonly id: string;
  readonly label: MessageKey;
  readonly icon?: IconName;
  readonly palette?: boolean;
  /** Also while nobody is signed in; any other one brings the form to sign in first. */
  readonly open?: boolean;
  /** Acts on the page of this name that is in front, with that page's arguments, where its own name nothing. */
  readonly page?: PageName;
  /** Whether there is something to do. */
  enabled?(kargah: Kargah, args: ReadonlyPartialJSONObject): boolean;
  execute(kargah: Kargah, args: ReadonlyPartialJSONObject): void | Promise<void>;
}

/** What is under way, for the status bar. */
export interface Activities {
  readonly lists: readonly ListName[];
  /** How many are under way, and how many failed; `{n}` is their number. */
  readonly running: MessageKey;
  readonly failed: MessageKey;
  active(kargah: Kargah): readonly Activity[];
  /** Those of these ids that there still are. */
  find(kargah: Kargah, ids: ReadonlySet<string>): readonly Activity[];
  /** Tells the id of each that fails from now on and that somebody should look at. */
  onFailed(kargah: Kargah, tell: (id: string) => void): () => void;
}

export interface Activity {
  readonly id: string;
  readonly name: string;
  readonly state: AnyState;
  /** How much is done, from 0 to 1; null where nobody knows. */
  readonly share: number | null;
  readonly secondsLeft: number | null;
  /** Its place in the queue. */
  readonly place: number | null;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  open(): void;
}

/** One text argument of a command. */
export function textOf(args: ReadonlyPartialJSONObject, key: string): string | undefined {
  const value = args[key];
  return typeof value === 'string' ? value : undefined;
}
