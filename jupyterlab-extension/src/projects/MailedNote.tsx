import type { Mailed } from '../api/types.js';
import { Note } from '../components/Note.js';
import { useI18n } from '../i18n/context.js';

/** What became of a letter; its link stands beside this, also where the letter went. */
export function MailedNote({ mailed: { address, outcome } }: { readonly mailed: Mailed }): JSX.Element {
  const { t } = useI18n();
  return (
    <Note
      tone={outcome === 'sent' ? 'ok' : 'warn'}
      icon={outcome === 'sent' ? 'check' : 'warn'}
      title={t(`mail.${outcome}`, { x: address })}
    />
  );
}
