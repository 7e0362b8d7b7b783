import { useState } from 'react';
import type { ModelRules } from '../../../api/types.js';
import { Button } from '../../../components/controls/Button.js';
import { Fold } from '../../../components/Card.js';
import { Moment } from '../../../components/Text.js';
import { useI18n } from '../../../i18n/context.js';
import { useMay } from '../../../projects/may.js';
import { RulesForm } from './RulesForm.js';
import { RulesList } from './RulesList.js';
import { RulesYaml } from './RulesYaml.js';

interface RulesCardProps {
  readonly projectId: string;
  readonly rules: ModelRules;
  /** They are to be read again: they were set, or somebody else set them. */
  readonly onChanged: () => void;
}

/** What the project asks before a protected name moves: read by everybody, set by its owners, as fields or as one file. */
export function RulesCard({ projectId, rules, onChanged }: RulesCardProps): JSX.Element {
  const { t } = useI18n();
  const manages = useMay('project.manage');
  const [editing, setEditing] = useState<'fields' | 'yaml' | null>(null);
  const names = Object.keys(rules.aliases);
  const close = (): void => setEditing(null);
  const done = (): void => {
    close();
    onChanged();
  };
  return (
    <Fold title={t('rules.title')} summary={names.join(t('facts.and'))} urgent={false} testId="model-rules">
      {() => (
        <div className="kg-Layout-stack">
          <div className="kg-Text-hint">{t('rules.hint')}</div>
          {editing === 'fields' ? (
            <RulesForm {...{ projectId, rules, onClose: close }} onDone={done} onRead={onChanged} />
          ) : editing === 'yaml' ? (
            <RulesYaml {...{ projectId, rules, onClose: close }} onDone={done} onRead={onChanged} />
          ) : (
            <>
              <RulesList rules={rules} />
              <div className="kg-Layout-row kg-Layout-wrap">
                {manages && (
                  <>
                    <Button kind="primary" icon="tune" label={t('rules.change')} onClick={() => setEditing('fields')} />
                    <Button icon="code" label={t('rules.asYaml')} onClick={() => setEditing('yaml')} />
                  </>
                )}
                <span className="kg-Layout-grow" />
                {rules.changed_by !== null && rules.changed_at !== null && (
                  <span className="kg-Text-hint">
                    {t('rules.setBy', { x: rules.changed_by.name })}
                    {t('facts.and')}
                    <Moment at={rules.changed_at} />
                  </span>
                )}
              </div>
            </>
          )}
        </div>
      )}
    </Fold>
  );
}
