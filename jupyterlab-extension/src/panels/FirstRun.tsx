import { Button, LinkButton } from '../components/controls/Button.js';
import { Icon } from '../components/icons/Icon.js';
import { useKargah } from '../context.js';
import { openCatalogue } from '../datasets/Catalogue.js';
import { chooseFiles } from '../datasets/actions.js';
import { OWN_SCRIPT } from '../train/ownScript.js';
import { useI18n } from '../i18n/context.js';

const CELL = `import kargah
k = kargah.connect()
k.datasets.upload("digits.csv")`;

/** Three steps to the first model, shown while there is nothing yet. */
export function FirstRun(): JSX.Element {
  const kargah = useKargah();
  const { t, format } = useI18n();
  return (
    <div className="scroll pad first" data-testid="kargah-first-run">
      <h1 className="first-title">{t('first.title')}</h1>
      <p className="muted first-lead">{t('first.lead')}</p>
      <ol className="steps">
        <li className="step cur">
          <span className="no">{format.number(1)}</span>
          <div>
            <h2>{t('first.data')}</h2>
            <p className="muted sm">{t('first.data.hint')}</p>
            <div className="drop">
              <span className="muted">{t('first.drop')}</span>
              <div className="row wrap center-row">
                <Button kind="primary" icon="up" label={t('first.choose')} onClick={() => chooseFiles(kargah)} />
                <Button label={t('panel.ready')} onClick={() => openCatalogue(kargah)} />
              </div>
            </div>
          </div>
        </li>
        <li className="step">
          <span className="no">{format.number(2)}</span>
          <div>
            <h2>{t('first.train')}</h2>
            <p className="muted sm">{t('first.train.hint')}</p>
            <p className="sm">
              <LinkButton onClick={() => void kargah.open('new-job', { recipe: OWN_SCRIPT })}>
                {t('first.script')}
              </LinkButton>
            </p>
          </div>
        </li>
        <li className="step">
          <span className="no">{format.number(3)}</span>
          <div>
            <h2>{t('first.use')}</h2>
            <p className="muted sm">{t('first.use.hint')}</p>
          </div>
        </li>
      </ol>
      <div className="note tone-run w">
        <Icon name="code" />
        <div>
          <div>{t('first.notebook')}</div>
          <div className="code">{CELL}</div>
        </div>
      </div>
    </div>
  );
}
