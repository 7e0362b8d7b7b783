import type { AliasRules, ModelRules } from '../../../api/types.js';
import { Code } from '../../../components/Text.js';
import { useI18n } from '../../../i18n/context.js';

/** What is asked for each protected name, in words. */
export function RulesList({ rules }: { readonly rules: ModelRules }): JSX.Element {
  return (
    <ul className="kg-Model-list">
      {Object.entries(rules.aliases).map(([name, asked]) => (
        <li key={name} data-testid="model-rule">
          <Code className="kg-Text-medium">{name}</Code>
          <Asked rules={asked} />
        </li>
      ))}
    </ul>
  );
}

function Asked({ rules }: { readonly rules: AliasRules }): JSX.Element {
  const { t, format } = useI18n();
  const { report, test_rows: testRows, metrics, not_worse: notWorse, card, approval } = rules;
  const end = (interval: boolean): string => (interval ? ` (${t('rules.interval')})` : '');
  const said = [
    ...(report ? [t('reg.gate.report')] : []),
    ...(testRows ? [t('reg.gate.test_rows')] : []),
    ...metrics.flatMap(({ metric: x, at_least: least, at_most: most, interval }) => [
      ...(least === undefined ? [] : [t('rules.atLeast', { x, y: format.metric(least) }) + end(interval)]),
      ...(most === undefined ? [] : [t('rules.atMost', { x, y: format.metric(most) }) + end(interval)]),
    ]),
    ...(notWorse === null
      ? []
      : [t('rules.notWorse', { x: notWorse.metric, y: format.metric(notWorse.margin) }) + end(notWorse.interval)]),
    ...(card ? [t('reg.gate.card')] : []),
    ...(approval === 'none' ? [] : [t(`rules.approval.${approval}`)]),
  ];
  if (said.length === 0) return <div className="kg-Text-hint">{t('rules.nothing')}</div>;
  return (
    <ul>
      {said.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}
