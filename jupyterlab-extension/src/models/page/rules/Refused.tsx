import { ApiError } from '../../../api/errors.js';
import type { ModelRules } from '../../../api/types.js';
import { ErrorNote, Note } from '../../../components/Note.js';
import { useKargah } from '../../../context.js';
import { RulesList } from './RulesList.js';

/** Why rules were not set. Where somebody else set others meanwhile, those are shown: who saves again sets theirs aside. */
export function Refused({
  failure,
  rules,
}: {
  readonly failure: unknown;
  readonly rules: ModelRules;
}): JSX.Element | null {
  const { i18n } = useKargah();
  if (failure === null) return null;
  if (!(failure instanceof ApiError && failure.code === 'rules_moved')) return <ErrorNote reason={failure} />;
  return (
    <Note tone="warn" icon="warn" role="alert" title={i18n.error(failure)}>
      <RulesList rules={rules} />
    </Note>
  );
}
