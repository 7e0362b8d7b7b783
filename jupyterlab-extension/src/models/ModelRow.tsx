import type { Model } from '../api/types.js';
import { IconButton } from '../components/controls/Button.js';
import { Icon } from '../components/icons/Icon.js';
import { Row } from '../components/rows/Rows.js';
import { Name, Num, Percent } from '../components/Text.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { isShare } from '../api/states.js';
import { downloadModel } from '../jobs/actions.js';
import { notebookCode } from '../jobs/modelCode.js';
import { May } from '../projects/may.js';
import { registerModel } from '../jobs/registration.js';

export function ModelRow({ model, first }: { readonly model: Model; readonly first: boolean }): JSX.Element {
  const kargah = useKargah();
  const { t, format } = useI18n();
  const best = model.best_metric;
  return (
    <Row
      name={model.name}
      first={first}
      testId="kargah-model"
      icon={<Icon name="model" />}
      title={<Name>{model.name}</Name>}
      end={
        <>
          {model.size_bytes !== null && (
            <span className="kg-mod-roomy kg-mod-roomier">{format.size(model.size_bytes)}</span>
          )}
          {best !== null &&
            (isShare(best.key) ? <Percent share={best.value} /> : <Num>{format.metric(best.value)}</Num>)}
        </>
      }
      actions={
        <>
          <May do="model.write">
            <IconButton icon="prom" label={t('reg.register')} onClick={() => void registerModel(kargah, model)} />
          </May>
          <IconButton icon="down" label={t('action.downloadModel')} onClick={() => void downloadModel(kargah, model)} />
          <IconButton
            icon="code"
            label={t('model.copyCode')}
            onClick={() => void kargah.shell.copy(notebookCode(model.job_id))}
          />
        </>
      }
      second={model.dataset_name === null ? undefined : <LearnedFrom model={model} name={model.dataset_name} />}
      onOpen={() => void kargah.open('job', { job_id: model.job_id })}
    />
  );
}

/** The very version that it learned from, and whether its rows were dealt out by a split of that version. */
function LearnedFrom({ model, name }: { readonly model: Model; readonly name: string }): JSX.Element {
  const { t } = useI18n();
  const { dataset_version: version, split_id: splitId } = model;
  return (
    <>
      <span className="kg-ModelRow-data">
        <Name>{name}</Name>
      </span>
      {version !== null && <span className="kg-Text-nowrap">{t('ver.version', { n: version })}</span>}
      {splitId !== null && (
        <span className="kg-Text-nowrap kg-mod-roomier" title={splitId}>
          {t('model.split')}
        </span>
      )}
    </>
  );
}
