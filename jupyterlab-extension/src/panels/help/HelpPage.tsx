import { LinkButton } from '../../components/controls/Button.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import type { MessageKey } from '../../i18n/messages.js';
import type { ListedCommand } from '../../tokens.js';

/** Keys that the lists and charts have besides; JupyterLab does not know them. */
const OWN_KEYS: readonly (readonly [MessageKey, string])[] = [
  ['help.searchBox', '/'],
  ['help.rows', '↑ ↓'],
  ['help.openRow', 'Enter'],
  ['help.rowMenu', 'Shift+F10'],
  ['help.deleteRow', 'Delete'],
  ['help.cursor', '← →'],
  ['help.zoom', '0'],
];

/** What can be done, by which keys, and each on a click. */
export default function HelpPage(): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  const all = kargah.commands();
  const everywhere = all.filter(({ enabled }) => enabled);
  // Commands that act on another page are only listed, since this page is in front.
  const ofPages = all.filter(({ enabled }) => !enabled).map(({ id, label, keys }) => ({ id, label, keys }));
  return (
    <div className="kg-Layout-stack kg-Help" data-testid="help-page">
      <div>
        <h1>{t('help.title')}</h1>
        <p className="kg-Text-muted">{t('help.lead')}</p>
      </div>
      <div className="kg-Layout-grid2">
        <section>
          <h2>{t('help.commands')}</h2>
          <Table rows={everywhere} />
        </section>
        <div className="kg-Layout-stack">
          <section>
            <h2>{t('help.ofPage')}</h2>
            <Table rows={ofPages} />
          </section>
          <section>
            <h2>{t('help.inLists')}</h2>
            <Table rows={OWN_KEYS.map(([what, keys]) => ({ id: what, label: t(what), keys }))} />
          </section>
        </div>
      </div>
    </div>
  );
}

interface TableRow extends Pick<ListedCommand, 'id' | 'label' | 'keys'> {
  readonly run?: () => void;
}

function Table({ rows }: { readonly rows: readonly TableRow[] }): JSX.Element {
  const { t } = useI18n();
  return (
    <table className="kg-Help-table">
      <thead className="kg-Text-hidden">
        <tr>
          <th scope="col">{t('help.command')}</th>
          <th scope="col">{t('help.keys')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ id, label, keys, run }) => (
          <tr key={id} data-testid="help-command">
            <td>{run === undefined ? label : <LinkButton onClick={run}>{label}</LinkButton>}</td>
            <td>
              {keys !== null && (
                <kbd className="kg-Kbd" dir="ltr">
                  {keys}
                </kbd>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
