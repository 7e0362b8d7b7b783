import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { Button } from './controls/Button.js';

/** Code to take away, with its title. */
export function CodeBlock({ title, code }: { readonly title: string; readonly code: string }): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  return (
    <div>
      <div className="kg-Layout-row kg-Code-head">
        <h3 className="kg-Layout-grow">{title}</h3>
        <Button
          size="small"
          kind="quiet"
          icon="copy"
          label={t('job.copyCode')}
          onClick={() => void kargah.shell.copy(code)}
        />
      </div>
      <pre className="kg-Code" dir="ltr" tabIndex={0}>
        {code}
      </pre>
    </div>
  );
}
