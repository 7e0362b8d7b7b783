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

export interface NewJob {
  readonly datasetId?: string | undefined;
  /** Already chosen; else the one that fits the dataset. */
  readonly recipe?: string | undefined;
  /** A job whose settings the form starts from. */
  readonly cloneOf?: string | undefined;
}

export interface Preferences {
  readonly language: LanguageSetting;
  readonly digits: DigitsSetting;
  readonly calendar: CalendarSetting;
}

export interface ToastAction {
  readonly label: string;
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

export interface IKargah {
  readonly api: Api;
  readonly live: Live;
  readonly store: KargahStore;
  readonly uploads: Uploads;
  readonly locale: Observable<Locale>;
  /** Texts and formats of the present locale; inside React use `useI18n()`. */
  readonly i18n: I18n;
  readonly shell: Shell;
  readonly preferences: Observable<Preferences>;
  prefer(change: Partial<Preferences>): Promise<void>;
  openJob(jobId: string): Promise<void>;
  openDataset(datasetId: string): Promise<void>;
  openSweep(sweepId: string): Promise<void>;
  openNewJob(start?: NewJob): Promise<void>;
  openMlflow(job: Pick<Job, 'name' | 'mlflow_run_id' | 'mlflow_experiment_id'> | null): Promise<void>;
  /** Opens a file of the workspace, in JupyterLab's own editor. */
  openFile(path: string): Promise<void>;
  /** Puts code into a cell of the open notebook, or of a new one. */
  insertCell(code: string): Promise<void>;
  showPanel(): void;
}

export const IKargah = new Token<IKargah>(
  '@kargah/jupyterlab-extension:IKargah',
  'Kargah: API, live events, lists and pages.',
);
