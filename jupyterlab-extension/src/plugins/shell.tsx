import { Clipboard, Dialog, Notification, ReactWidget } from '@jupyterlab/apputils';
import type { ReactElement } from 'react';
import { asApiError } from '../api/errors.js';
import { mendFocus } from '../lib/focus.js';
import { KargahRoot } from '../context.js';
import { PromptBody } from '../components/controls/PromptBody.js';
import type { Kargah, Question, Shell, ToastAction } from '../tokens.js';

/** Toasts take plain strings: the isolate keeps their direction inside JupyterLab's own. */
const RLI = '\u2067';
const LRI = '\u2066';
const PDI = '\u2069';

/** Our dialogs and toasts are JupyterLab's, with our direction and language set on them. */
export class LabShell implements Shell {
  constructor(private readonly kargah: () => Kargah) {}

  async confirm(question: { title: string; body: string; accept: string; destructive?: boolean }): Promise<boolean> {
    const { t } = this.kargah().i18n;
    const accept =
      question.destructive === true
        ? Dialog.warnButton({ label: question.accept, ariaLabel: question.accept })
        : Dialog.okButton({ label: question.accept, ariaLabel: question.accept });
    const dialog = new Dialog({
      title: question.title,
      body: question.body,
      buttons: [Dialog.cancelButton({ label: t('action.dismiss'), ariaLabel: t('action.dismiss') }), accept],
      // Focus starts on the safe choice.
      defaultButton: question.destructive === true ? 0 : 1,
    });
    this.dress(dialog);
    const { button } = await launched(dialog);
    return button.accept;
  }

  async prompt(question: Question): Promise<string | null> {
    for (let value = question.value, error: string | undefined; ;) {
      const answer = await this.ask({ ...question, value }, error);
      if (answer === null) return null;
      error = question.check?.(answer);
      if (error === undefined) return answer;
      value = answer;
    }
  }

  private async ask(question: Question, error: string | undefined): Promise<string | null> {
    const { t } = this.kargah().i18n;
    let value = question.value;
    const body = this.widget(
      <PromptBody
        label={question.label}
        value={question.value}
        hint={question.hint}
        error={error}
        onChange={(next) => (value = next)}
      />,
    );
    const dialog = new Dialog({
      title: question.title,
      body,
      buttons: [
        Dialog.cancelButton({ label: t('action.dismiss'), ariaLabel: t('action.dismiss') }),
        Dialog.okButton({ label: question.accept, ariaLabel: question.accept }),
      ],
      defaultButton: 1,
      focusNodeSelector: 'input',
    });
    this.dress(dialog);
    const { button } = await launched(dialog);
    const trimmed = value.trim();
    return button.accept && trimmed !== '' ? trimmed : null;
  }

  async show(content: { title: string; content: (close: () => void) => ReactElement; wide?: boolean }): Promise<void> {
    const { t } = this.kargah().i18n;
    const body = this.widget(
      content.content(() => {
        dialog.resolve();
      }),
    );
    const dialog: Dialog<unknown> = new Dialog({
      title: content.title,
      body,
      buttons: [Dialog.cancelButton({ label: t('action.close'), ariaLabel: t('action.close') })],
    });
    this.dress(dialog);
    if (content.wide === true) {
      dialog.addClass('kg-mod-wide');
    }
    await launched(dialog);
  }

  toast(kind: 'info' | 'success' | 'warning' | 'error', text: string, actions: readonly ToastAction[] = []): void {
    const mark = this.kargah().i18n.dir === 'rtl' ? RLI : LRI;
    Notification.emit(`${mark}${text}${PDI}`, kind, {
      autoClose: kind === 'error' ? false : actions.some(({ lasting }) => lasting) ? 20_000 : 6_000,
      actions: actions.map((action) => ({ label: action.label, callback: () => action.run() })),
    });
  }

  failed(reason: unknown): void {
    const { i18n } = this.kargah();
    const error = asApiError(reason);
    const support = error.requestId === null ? error.code : `${error.code} ${error.requestId}`;
    this.toast('error', i18n.error(error), [
      { label: i18n.t('error.code'), run: () => Clipboard.copyToSystem(support) },
    ]);
  }

  async copy(text: string): Promise<void> {
    Clipboard.copyToSystem(text);
    this.toast('success', this.kargah().i18n.t('done.copied'));
    return Promise.resolve();
  }

  private widget(content: ReactElement): ReactWidget {
    return ReactWidget.create(<KargahRoot kargah={this.kargah()}>{content}</KargahRoot>);
  }

  private dress(dialog: Dialog<unknown>): void {
    const { i18n } = this.kargah();
    dialog.addClass('kg-Dialog');
    dialog.node.setAttribute('dir', i18n.dir);
    dialog.node.setAttribute('lang', i18n.locale.language);
  }
}

/** A dialog gives the focus back to what had it; that may be gone by then, as a button of a job that has ended. */
async function launched<T>(dialog: Dialog<T>): Promise<Dialog.IResult<T>> {
  const result = await dialog.launch();
  mendFocus();
  return result;
}
