import { useEffect, useState } from 'react';
import { Button, LinkButton } from '../components/controls/Button.js';
import { EmptyState } from '../components/Note.js';
import { useMay } from '../projects/may.js';
import { Icon } from '../components/icons/Icon.js';
import { useKargah } from '../context.js';
import { openCatalogue } from '../datasets/Catalogue.js';
import { chooseFiles } from '../datasets/actions.js';
import { startReady } from '../datasets/intake/startReady.js';
import { OWN_SCRIPT } from '../train/fields/ownScript.js';
import { useI18n } from '../i18n/context.js';
import { useStore } from '../lib/useStore.js';
import { wantedSearch } from './lists/wantedSearch.js';

const CELL = `import kargah
k = kargah.connect()
k.datasets.upload("digits.csv")`;

/** Three steps to the first model, shown while there is nothing yet; who may only look is told whose they are. */
export function FirstRun(): JSX.Element {
  const { t } = useI18n();
  return useMay('dataset.write') ? (
    <Steps />
  ) : (
    <EmptyState icon="eye" title={t('project.empty')}>
      {t('project.viewing')}
    </EmptyState>
  );
}

function Steps(): JSX.Element {
  const kargah = useKargah();
  const { t, format } = useI18n();
  const wanted = useStore(wantedSearch);
  useEffect(() => {
    // There is nothing to search yet: a wish to search is dropped, so that the field takes no focus when it appears later.
    if (wanted) wantedSearch.set(false);
  }, [wanted]);
  return (
    <div className="kg-Layout-scroll kg-Layout-pad kg-FirstRun" data-testid="kargah-first-run">
      <h1 className="kg-FirstRun-title">{t('first.title')}</h1>
      <p className="kg-Text-muted kg-FirstRun-lead">{t('first.lead')}</p>
      <ol className="kg-FirstRun-steps">
        <li className="kg-FirstRun-step kg-mod-current">
          <span className="kg-FirstRun-number">{format.number(1)}</span>
          <div>
            <h2>{t('first.data')}</h2>
            <p className="kg-Text-muted kg-Text-small">{t('first.data.hint')}</p>
            <div className="kg-FirstRun-drop">
              <span className="kg-Text-muted">{t('first.drop')}</span>
              <div className="kg-Layout-row kg-Layout-wrap kg-Layout-centerRow">
                <Button kind="primary" icon="up" label={t('first.choose')} onClick={() => chooseFiles(kargah)} />
                <StartReady />
                <Button label={t('panel.ready')} onClick={() => openCatalogue(kargah)} />
              </div>
            </div>
          </div>
        </li>
        <li className="kg-FirstRun-step">
          <span className="kg-FirstRun-number">{format.number(2)}</span>
          <div>
            <h2>{t('first.train')}</h2>
            <p className="kg-Text-muted kg-Text-small">{t('first.train.hint')}</p>
            <p className="kg-Text-small">
              <LinkButton onClick={() => void kargah.open('new-job', { recipe: OWN_SCRIPT })}>
                {t('first.script')}
              </LinkButton>
            </p>
          </div>
        </li>
        <li className="kg-FirstRun-step">
          <span className="kg-FirstRun-number">{format.number(3)}</span>
          <div>
            <h2>{t('first.use')}</h2>
            <p className="kg-Text-muted kg-Text-small">{t('first.use.hint')}</p>
          </div>
        </li>
      </ol>
      <div className="kg-Note kg-Tone-run kg-mod-roomy">
        <Icon name="code" />
        <div>
          <div>{t('first.notebook')}</div>
          <div className="kg-Code">{CELL}</div>
        </div>
      </div>
    </div>
  );
}

function StartReady(): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  const [busy, setBusy] = useState(false);
  return (
    <Button
      icon="play"
      busy={busy}
      label={t('first.ready')}
      onClick={() => {
        setBusy(true);
        void startReady(kargah).finally(() => setBusy(false));
      }}
    />
  );
}
