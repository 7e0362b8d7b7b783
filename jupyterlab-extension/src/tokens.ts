import { Token } from '@lumino/coreutils';
import type { ReactElement } from 'react';
import type { Api } from './api/client.js';
import type { Job } from './api/types.js';
import type { I18n } from './i18n/i18n.js';
import type { CalendarSetting, DigitsSetting, LanguageSetting, Locale } from './i18n/locale.js';
import type { Live } from './live/client.js';
import type { Observable } from './lib/observable.js';
import type { KargahStore } from './store/store.js';
import type { Uploads } from './store/uploads.js';

export interface Preferences {
  readonly language: LanguageSetting;
  readonly digits: DigitsSetting;
  readonly calendar: CalendarSetting;
}

export interface Language {
  readonly locale: Observable<Locale>;
  /** Texts and formats of the present locale; inside React use `useI18n()`. */
  readonly i18n: I18n;
  readonly preferences: Observable<Preferences>;
  readonly prefer: (change: Partial<Preferences>) => Promise<void>;
}

export interface ToastAction {
  readonly label: string;
  /** The toast stays longer, for what one may first notice a while later. */
  readonly lasting?: boolean;
  run(): void;
}

export interface Question {
  readonly title: string;
  readonly label: string;
  readonly value: string;
  readonly accept: string;
  readonly hint?: string;
  check?(text: string): string | undefined;
}

/** JupyterLab's own dialogs and notifications, in our language and direction. */
export interface Shell {
  confirm(question: { title: string; body: string; accept: string; destructive?: boolean }): Promise<boolean>;
  /** Asked again, with the sentence that `check` gives, until the answer is right or withdrawn. */
  prompt(question: Question): Promise<string | null>;
  /** A dialog with one closing button. `content` gets a function that closes it. */
  show(dialog: { title: string; content: (close: () => void) => ReactElement; wide?: boolean }): Promise<void>;
  toast(kind: 'info' | 'success' | 'warning' | 'error', text: string, actions?: readonly ToastAction[]): void;
  /** A toast for something that was thrown. */
  failed(reason: unknown): void;
  copy(text: string): Promise<void>;
}

/** The pages that can be opened, and what each is opened with. A feature declares its own (`declare module`). */
export interface PageArgs {}
export type PageName = keyof PageArgs;

export interface Pages {
  /** Opens a page of a registered feature, or brings its tab to the front. */
  open<P extends PageName>(page: P, args: PageArgs[P]): Promise<void>;
  openMlflow(run: Pick<Job, 'name' | 'mlflow_run_id' | 'mlflow_experiment_id'> | null): Promise<void>;
  showPanel(): void;
}

/** A command of ours as people may look it up. */
export interface ListedCommand {
  readonly id: string;
  readonly label: string;
  /** Its keys as this system writes them; null where it has none. */
  readonly keys: string | null;
  readonly enabled: boolean;
  run(): void;
}

/** A field for code in JupyterLab's own editor. */
export interface CodeField {
  /** Puts `text` in place of what stands between two offsets, and the cursor behind it. */
  replace(from: number, to: number, text: string): void;
  dispose(): void;
}
export interface CodeFieldOptions {
  readonly text: string;
  readonly mimeType: string;
  readonly label: string;
  /** The text, or where the cursor stands in it, is another. */
  changed(text: string, cursor: number): void;
}

/** What of JupyterLab itself is used. */
export interface Workspace {
  /** Opens a file of the workspace, in JupyterLab's own editor. */
  openFile(path: string): Promise<void>;
  /** Puts code into a cell of the open notebook, or of a new one. */
  insertCell(code: string): Promise<void>;
  /** Asks for a file of the workspace whose name ends so; null where none was chosen. */
  chooseFile(title: string, endings: readonly string[]): Promise<string | null>;
  /** An editor in `host`, in the colours of its language; null where JupyterLab has none. */
  codeField(host: HTMLElement, options: CodeFieldOptions): CodeField | null;
  /** All that the palette has of ours, in its order. */
  commands(): readonly ListedCommand[];
}

/** The services together, as our own React trees have them. A plugin asks for the tokens of those that it uses. */
export interface Kargah extends Language, Pages, Workspace {
  readonly api: Api;
  readonly live: Live;
  readonly store: KargahStore;
  readonly uploads: Uploads;
  readonly shell: Shell;
}

const PACKAGE = '@kargah/jupyterlab-extension';

export type IKargahApi = Api;
export const IKargahApi = new Token<IKargahApi>(`${PACKAGE}:IKargahApi`, 'The REST API, and who is signed in.');

export type IKargahLive = Live;
export const IKargahLive = new Token<IKargahLive>(`${PACKAGE}:IKargahLive`, 'What the bridge pushes.');

export type IKargahStore = KargahStore;
export const IKargahStore = new Token<IKargahStore>(`${PACKAGE}:IKargahStore`, 'The lists, kept true by events.');

export type IKargahUploads = Uploads;
export const IKargahUploads = new Token<IKargahUploads>(`${PACKAGE}:IKargahUploads`, 'Files on their way.');

export type IKargahLanguage = Language;
export const IKargahLanguage = new Token<IKargahLanguage>(`${PACKAGE}:IKargahLanguage`, 'Texts, digits and calendar.');

export type IKargahShell = Shell;
export const IKargahShell = new Token<IKargahShell>(`${PACKAGE}:IKargahShell`, 'Dialogs and notifications.');

export type IKargahPages = Pages;
export const IKargahPages = new Token<IKargahPages>(`${PACKAGE}:IKargahPages`, 'Opens pages and the panel.');

export type IKargahWorkspace = Workspace;
export const IKargahWorkspace = new Token<IKargahWorkspace>(`${PACKAGE}:IKargahWorkspace`, 'Files and notebooks.');
